"""Measures delays and resource usage of the synchronisation against an emulated tenant with the limits of Graph.

Times never fail the benchmark. A throttled request (429) or a run without any synchronised change ends it.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import journal
import plot

sys.path.append(str(Path(__file__).resolve().parents[1] / "e2e"))
from common import PROGRAM, environment
from emulator import Emulator

MEBI = 1024 * 1024
TICKS = os.sysconf("SC_CLK_TCK")
# Seconds in which the program reads the user lists.
START = 15


def settings(facts):
    """Returns a settings file for the emulator."""
    return f"""\
[swyx]
version = "14.10"
gateway = "{facts['gateway']}"
gateway_token = {{ env = "TOKEN" }}

[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{facts['tenant_id']}"
MsTeamsClientId = "{facts['client_id']}"
MsTeamsClientSecret = {{ env = "SECRET" }}

[entra]
authority = "{facts['authority']}"
graph = "{facts['graph']}"
ca_file = "{facts['ca_file']}"
"""


class Run:
    """Runs the program against an emulated tenant with a number of users, where a percentage changes per second on each side."""

    def __init__(self, users, percent, cut_stream=0):
        self.folder = tempfile.TemporaryDirectory(prefix="swyx-teams-bench-")
        self.journal = Path(self.folder.name) / "journal.jsonl"
        limits = ("--users", users, "--enforce-limits", "--load", percent, "--journal", self.journal)
        cut = ("--fault", f"cut-stream={cut_stream}") if cut_stream else ()
        self.emulator = Emulator(*limits, *cut)

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.folder)
            # The journal's clock starts with the emulator, a moment after this.
            began = time.monotonic()
            facts = stack.enter_context(self.emulator).facts
            file = Path(self.folder.name) / "a.toml"
            file.write_text(settings(facts), encoding="utf-8")
            secrets = {"SECRET": facts["client_secret"], "TOKEN": facts["gateway_token"]}
            more = environment(**secrets, SWYX_TEAMS_TRUST=self.emulator.address)
            said = stack.enter_context(open(Path(self.folder.name) / "said", "w+", encoding="utf-8"))
            self.process = subprocess.Popen([PROGRAM, "sync", file], env=more, stdout=said, stderr=said)
            stack.callback(self.end, said)
            self.since = time.monotonic() - began
            self.ends = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.ends.close()

    def end(self, said):
        """Stops the program. Any exit code but 0 and 4 ends the benchmark: 4 means that Graph's limit did not allow to clear all calls in time."""
        self.process.terminate()
        code = self.process.wait(60)
        if code not in (0, 4):
            said.seek(0)
            sys.exit(f"sync ended with {code}\n{said.read()[-2_000:]}")

    def usage(self):
        """Returns the CPU seconds so far, and the peak memory in MiB."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return (int(stat[11]) + int(stat[12])) / TICKS, int(status.split("VmHWM:")[1].split()[0]) * 1024 / MEBI

    def refused(self):
        """Returns the number of throttled requests and of all requests."""
        text = self.emulator.log_text()
        return text.count('"status":429'), text.count("\n")


def delays(users, percent, seconds, settle, cut_stream):
    """Measures the delays of changes in each direction."""
    with Run(users, percent, cut_stream) as run:
        time.sleep(settle + seconds)
        begin = run.since + settle
        found = journal.read(run.journal)
        # Changes of the last seconds may still be in progress.
        end = max(entries[-1][0] for entries in found.values())
        to_swyx = journal.to_swyx(found, begin, end, TARGETS["Teams to Swyx"])
        to_teams = journal.to_teams(found, begin, end, TARGETS["Swyx to Teams"])
        put_off, requests = run.refused()
    print(f"{users:,} users, {percent} % per second in each direction, {seconds} s: {requests:,} requests, {put_off} with status 429")
    for way, all_of in [("Teams to Swyx", to_swyx), ("Swyx to Teams", to_teams)]:
        if not all_of:
            sys.exit(f"{way}: no change was synchronised")
        of = [journal.of_a_hundred(many, all_of) for many in (50, 99, 100)]
        print(f"  {way}: {len(all_of):,} changes; 50 % within {of[0]:.2f} s, 99 % within {of[1]:.2f} s, all within {of[2]:.2f} s")
        yield f"{way}, 99 %", of[1], TARGETS[way], " s"
    yield "429", put_off, 0, ""


def takes(users, percent, seconds):
    """Measures CPU and memory: the CPU cores used since the start and after the lists were read, and the peak memory in MiB."""
    with Run(users, percent) as run:
        time.sleep(START)
        early, _ = run.usage()
        time.sleep(max(seconds - START, 1))
        spent, peak = run.usage()
        put_off, requests = run.refused()
    whole, later = spent / max(seconds, START + 1), (spent - early) / max(seconds - START, 1)
    print(f"{users:,} users, {percent} % per second, {seconds} s: {whole:.3f} CPU cores, {later:.3f} after {START} s; {peak:.1f} MiB; {requests:,} requests, {put_off} with status 429", flush=True)
    if put_off:
        sys.exit("requests were throttled")
    return whole, later, peak


# Swyx to Teams has a tighter target than the documented 3 seconds.
TARGETS = {"Teams to Swyx": 5.0, "Swyx to Teams": 1.0}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=5_000, help="number of users for the delays")
    parser.add_argument("--percent", type=float, default=0.5, help="percentage of these users with a change per second, on each side")
    parser.add_argument("--seconds", type=int, default=600, help="duration")
    parser.add_argument("--settle", type=int, default=60, help="seconds at the start in which changes do not count: calls in Teams may then be sessions of an earlier run, which are cleared")
    parser.add_argument("--cut-stream", type=int, default=0, metavar="SECONDS", help="break each event stream of the gateway after that time")
    parser.add_argument("--large", type=int, default=100_000, help="number of users for CPU and memory")
    parser.add_argument("--large-seconds", type=int, default=120, help="duration")
    parser.add_argument("--large-percent", type=float, default=0.02, help="like --percent; Graph accepts 50 requests per second")
    parser.add_argument("--sizes", default="1000,10000", help="smaller numbers of users for the plot; empty: no plot")
    parser.add_argument("--plot", type=Path, default=Path("sync.svg"), help="path of the plot")
    given = parser.parse_args()
    targets = list(delays(given.users, given.percent, given.seconds, given.settle, given.cut_stream)) if given.users else []
    if given.large:
        sizes = [int(size) for size in given.sizes.split(",") if size] + [given.large]
        taken = [takes(size, given.large_percent, given.large_seconds) for size in sizes]
        whole, _, peak = taken[-1]
        targets.append((f"{given.large:,} users, CPU cores", whole, 0.2, ""))
        targets.append((f"{given.large:,} users, memory", peak, 80, " MiB"))
        if len(sizes) > 1:
            growth = [taken[-1][measure] / taken[0][measure] for measure in (0, 2)]
            most = sizes[-1] / sizes[0]
            targets.append((f"{sizes[-1]:,} / {sizes[0]:,} users, CPU", growth[0], most, ""))
            targets.append((f"{sizes[-1]:,} / {sizes[0]:,} users, memory", growth[1], most, ""))
            points = [list(zip(sizes, values)) for values in zip(*taken)]
            measures = [("CPU", "cores", points[0]), ("Peak memory", "MiB", points[2])]
            plot.write(given.plot, measures)
            print(f"plot: {given.plot}")
    print()
    for what, value, target, unit in targets:
        verdict = "met" if value <= target else "NOT met"
        print(f"{what:<40} {value:>8.3f}{unit:<4}  target {target:>6g}{unit:<4}  {verdict}")


if __name__ == "__main__":
    main()
