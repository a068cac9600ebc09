"""How long changes took from one side to the other, by the emulator's journal alone: the program's own figures are not asked.

A change counts if there was something to do and a chance to see it: not if it was undone in less than the time that the target gives, and not
if the program's own session stands in front of it in Teams, for then nobody can see it.
"""

import json
from bisect import bisect_right
from collections import defaultdict

# The vendor's table, for the presences that the emulator's load sets: what Swyx shows.
STATUS = {
    "Available/Available": "Available", "Busy/Busy": "Away", "Busy/InACall": "Speaking", "Busy/InAMeeting": "Away",
    "DoNotDisturb/DoNotDisturb": "DoNotDisturb", "DoNotDisturb/Presenting": "Speaking", "Away/Away": "Away",
    "BeRightBack/BeRightBack": "Away", "Offline/OffWork": "Away",
}  # fmt: skip
# After a session was cleared, what looks like it is not believed for so long, in seconds; and the reading after that.
ECHO = 10 + 5


def read(path):
    """The journal by person, as lists of (time, what, value); who is in Teams only is left out."""
    people = defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                entry = json.loads(line)
                people[entry["user"]].append((entry["at"], entry["what"], entry["value"]))
    people.pop(None, None)
    for entries in people.values():
        entries.sort(key=lambda entry: entry[0])
    return people


def to_teams(people, begin, end, target):
    """The seconds from each call's begin or end to what it changed in Teams, for changes between two times."""
    delays = []
    for entries in people.values():
        waits, is_open = None, False
        for at, what, _ in entries + [(end, "end", None)]:
            if what in ("call", "hangup", "end"):
                if waits and begin <= waits[0] < end and at - waits[0] >= target:
                    # It was not done, and there was time enough.
                    delays.append(at - waits[0])
                needs = what == "call" and not is_open or what == "hangup" and is_open
                waits = (at, what) if needs else None
            elif what in ("set-presence", "clear-presence"):
                is_open = what == "set-presence"
                if waits and (waits[1] == "call") == is_open:
                    if begin <= waits[0] < end:
                        delays.append(at - waits[0])
                    waits = None
    return delays


def to_swyx(people, begin, end, target):
    """The seconds from each change in Teams to the status in Swyx."""
    delays = []
    for entries in people.values():
        masked = masks(entries, end)
        waits, shown, before, in_doubt = None, "Available", (0.0, ""), True
        for at, what, value in entries + [(end, "end", None)]:
            if what in ("teams", "end"):
                if waits and at - waits[0] >= target and counts(waits[0], at, begin, end, masked):
                    delays.append(at - waits[0])
                # Until a session would have been seen and was not, a call in Teams may be what an earlier run left.
                if at - before[0] >= target and not before[1].startswith(("Busy", "DoNotDisturb")):
                    in_doubt = in_doubt and before[1] == ""
                wanted = STATUS.get(value)
                is_doubtful = in_doubt and value == "Busy/InACall"
                waits = (at, wanted) if wanted and wanted != shown and not is_doubtful else None
                before, in_doubt = (at, value or ""), in_doubt and not is_doubtful
            elif what == "set-status":
                shown = value
                if waits and value == waits[1]:
                    if counts(waits[0], at, begin, end, masked):
                        delays.append(at - waits[0])
                    waits = None
    return delays


def masks(entries, end):
    """When something of the program's own may stand in front, as a sorted list of begins and one of ends."""
    begins, ends = [], []
    since = None
    for at, what, _ in entries:
        if what in ("call", "set-presence") and since is None:
            since = at
        elif what == "clear-presence":
            # Also without a begin: what may be an earlier run's is cleared, too.
            begins.append(at if since is None else since), ends.append(at + ECHO)
            since = None
    if since is not None:
        begins.append(since), ends.append(end + ECHO)
    return begins, ends


def counts(since, until, begin, end, masked):
    """Whether a change of that time counts, which could be seen until then."""
    begins, ends = masked
    last = bisect_right(begins, until) - 1
    return begin <= since < end and (last < 0 or ends[last] < since)


def of_a_hundred(many, delays):
    """What so many of a hundred did not exceed."""
    ordered = sorted(delays)
    return ordered[max(-(-len(ordered) * many // 100), 1) - 1]
