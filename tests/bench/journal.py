"""Measures the delays between both sides with the journal of the emulator. It does not use the metrics of the program.

A change counts if it requires an action and is visible. It does not count if it is reverted within the target time, or if a session of the
program hides it in Teams.
"""

import json
from bisect import bisect_right
from collections import defaultdict

# The Swyx status for each presence that the load of the emulator sets, from the table of the vendor.
STATUS = {
    "Available/Available": "Available", "Busy/Busy": "Away", "Busy/InACall": "Speaking", "Busy/InAMeeting": "Away",
    "DoNotDisturb/DoNotDisturb": "DoNotDisturb", "DoNotDisturb/Presenting": "Speaking", "Away/Away": "Away",
    "BeRightBack/BeRightBack": "Away", "Offline/OffWork": "Away",
}  # fmt: skip
# Seconds after the end of a session in which the program ignores a presence that looks like it, plus the next reading.
ECHO = 10 + 5


def read(path):
    """Returns the journal per user, as lists of (time, what, value). Users who are only in Teams are omitted."""
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
    """Returns the seconds from each begin or end of a call to its effect in Teams, for changes between two times."""
    delays = []
    for entries in people.values():
        waits, is_open = None, False
        for at, what, _ in entries + [(end, "end", None)]:
            if what in ("call", "hangup", "end"):
                if waits and begin <= waits[0] < end and at - waits[0] >= target:
                    # There was enough time, but no effect.
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
    """Returns the seconds from each change in Teams to the status in Swyx."""
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
    """Returns when a session of the program may hide the presence, as sorted lists of begins and ends."""
    begins, ends = [], []
    since = None
    for at, what, _ in entries:
        if what in ("call", "set-presence") and since is None:
            since = at
        elif what == "clear-presence":
            # It may have no begin: sessions of an earlier run are cleared, too.
            begins.append(at if since is None else since), ends.append(at + ECHO)
            since = None
    if since is not None:
        begins.append(since), ends.append(end + ECHO)
    return begins, ends


def counts(since, until, begin, end, masked):
    """Returns whether a change at `since` counts, if it was visible until `until`."""
    begins, ends = masked
    last = bisect_right(begins, until) - 1
    return begin <= since < end and (last < 0 or ends[last] < since)


def of_a_hundred(many, delays):
    """Returns the delay that this percentage does not exceed."""
    ordered = sorted(delays)
    return ordered[max(-(-len(ordered) * many // 100), 1) - 1]
