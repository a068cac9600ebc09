"""Compares the speed of the program with third-party tools that check the same files against its schema.

Times never fail the benchmark. Each round runs our program and then another tool. The result is the median of the ratios of these
pairs, so that a machine that is slow for a while affects both. A run with an exit code other than 0 ends the benchmark.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import online
import tenant

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/release/swyx-teams"
TOOLS = Path(sys.executable).parent
MEBI = 1024 * 1024
# The peak memory of a process includes the time after its fork. So a small Python process forks it; the result is an upper bound.
PEAK = """
import os, sys
process = os.fork()
if process == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def settings(chance, users):
    """Returns a valid, realistic settings file with this number of users."""
    def guid():
        return uuid.UUID(int=chance.getrandbits(128), version=4)

    text = f"""\
# Presence of tenant {chance.randrange(10**6)}
[swyx]
version = "14.10"
gateway = "https://swyx.example.com:9180"
gateway_token = {{ env = "SWYX_GATEWAY_TOKEN" }}

[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{guid()}"
MsTeamsClientId = "{guid()}"
MsTeamsClientSecret = {{ env = "SWYX_TEAMS_CLIENT_SECRET" }}

[entra]
cloud = "global"
secret_lifetime_days = {chance.randint(90, 365)}

[sync]
read_interval_seconds = {chance.randint(2, 30)}

[sync.status]
"Busy/InAMeeting" = "Away"
"""
    for number in range(users):
        first, last = (chance.choice(["Jane", "John", "Ada", "Max", "Eva"]), f"{chance.getrandbits(32):08x}")
        text += f'\n[[user]]\nswyx = "{first} {last} {number}"\nteams = "{first.lower()}.{last}.{number}@example.com"\n'
    return text


class Place:
    """A folder of files, and the commands of each tool to check them."""

    def __init__(self, folder, files):
        chance = random.Random(1)
        self.folder = folder
        self.schema, self.draft_07 = folder / "schema.json", folder / "draft-07.json"
        self.schema.write_bytes(subprocess.check_output([PROGRAM, "schema"]))
        self.draft_07.write_bytes(subprocess.check_output([PROGRAM, "schema", "--for", "draft-07"]))
        # In strict mode, tombi would print a warning for every file, and the benchmark would measure its output.
        schemas = '[[schemas]]\npath = "schema.json"\ninclude = ["*/*.toml"]\n'
        (folder / "tombi.toml").write_text(schemas)
        self.add("many", {f"{number:05}.toml": settings(chance, chance.randint(1, 2)) for number in range(files)})
        self.add("one", {"one.toml": settings(chance, 1)})
        self.add("thousand", {f"{number:04}.toml": settings(chance, chance.randint(1, 2)) for number in range(1_000)})

    def add(self, name, texts):
        """Writes a folder of files."""
        (self.folder / name).mkdir()
        for file, text in texts.items():
            (self.folder / name / file).write_text(text)

    def ours(self, name):
        """Returns the command of our program for a folder."""
        return [PROGRAM, "check", name]

    def peers(self, name):
        """Returns the commands of the other tools for a folder. taplo supports no draft newer than 07."""
        files = sorted(f"{name}/{path.name}" for path in (self.folder / name).iterdir())
        return {
            "taplo": [TOOLS / "taplo", "lint", "--no-auto-config", "--schema", self.draft_07.as_uri(), *files],
            "tombi": [TOOLS / "tombi", "lint", "--offline", name],
            "check-jsonschema": [TOOLS / "check-jsonschema", "--schemafile", self.schema, *files],
        }

    def seconds(self, command):
        """Returns the duration of a command."""
        start = time.perf_counter()
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        taken = time.perf_counter() - start
        if done.returncode != 0:
            sys.exit(f"{command[:3]} … ended with {done.returncode}\n{done.stderr.decode()[-2_000:]}")
        return taken

    def peak(self, command):
        """Returns the peak memory of a command in bytes."""
        helper = [sys.executable, "-I", "-S", "-c", PEAK, *command]
        return int(subprocess.check_output(helper, cwd=self.folder)) * 1024


def pairs(place, first, second, rounds):
    """Returns the times of two commands that run alternately, after one round to warm up the caches."""
    place.seconds(first), place.seconds(second)
    return [(place.seconds(first), place.seconds(second)) for _ in range(rounds)]


def row(what, ours, theirs, ratio, spread=""):
    print(f"{what:<36} {ours:>11} {theirs:>11} {ratio:>9} {spread:>17}", flush=True)


def milliseconds(times):
    return f"{statistics.median(times) * 1_000:,.1f} ms"


def compare(place, name, what, rounds):
    """Prints a line per tool. Returns the ratio to the fastest tool, which is the largest ratio."""
    ratios = {}
    for peer, command in place.peers(name).items():
        times = pairs(place, place.ours(name), command, rounds)
        each = [ours / theirs for ours, theirs in times]
        ours, theirs = zip(*times)
        ratios[peer] = statistics.median(each)
        spread = f"{min(each):.3f} to {max(each):.3f}"
        row(f"{what}: {peer}", milliseconds(ours), milliseconds(theirs), f"{ratios[peer]:.3f}", spread)
    return max(ratios.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000, help="number of small files")
    parser.add_argument("--users", type=int, default=10_000, help="number of users in the large file; the medium file has a tenth")
    parser.add_argument("--rounds", type=int, default=5, help="number of runs of each pair of commands")
    given = parser.parse_args()
    targets = []
    with tempfile.TemporaryDirectory(prefix="swyx-teams-bench-") as folder:
        place = Place(Path(folder), given.files)
        sizes = {"large": given.users, "middle": given.users // 10}
        for name, users in sizes.items():
            place.add(name, {"users.toml": settings(random.Random(2), users)})
        size = statistics.mean(path.stat().st_size for path in (place.folder / "many").iterdir())
        print(f"{os.cpu_count()} processors; {given.files:,} files of {size:.0f} bytes on average; {given.rounds} rounds")
        row("median", "ours", "theirs", "ratio", "min to max")
        many = compare(place, "many", f"{given.files:,} files", given.rounds)
        targets.append(("many files / fastest peer", many, 0.12, ""))
        # A start takes only milliseconds, so use more rounds.
        one = compare(place, "one", "one small file", given.rounds * 5)
        targets.append(("one file / fastest peer", one, 0.4, ""))
        large = compare(place, "large", f"{given.users:,} users", given.rounds)
        targets.append((f"{given.users:,} users / fastest peer", large, 0.3, ""))
        times = pairs(place, place.ours("large"), place.ours("middle"), given.rounds * 5)
        growth = statistics.median(more / fewer for more, fewer in times)
        more, fewer = zip(*times)
        row(f"ours: {sizes['large']:,} and {sizes['middle']:,} users", milliseconds(more), milliseconds(fewer), f"{growth:.2f}")
        targets.append((f"{sizes['large']:,} / {sizes['middle']:,} users", growth, 12, ""))
        peaks = [place.peak(place.ours("thousand")) / MEBI for _ in range(given.rounds)]
        targets.append(("peak memory, 1,000 files, maximum", statistics.median(peaks), 10, " MiB"))
        seconds = online.measure(given.rounds)
        targets.append(("200 files online, 100 ms responses", seconds, 2, " s"))
        answered, peak = tenant.measure()
        targets.append(("emulator, 650 of 100,000 presences", answered, 5, " ms"))
        targets.append(("memory of emulator, 100,000 users", peak / MEBI, 200, " MiB"))
    print()
    for what, value, target, unit in targets:
        verdict = "met" if value <= target else "NOT met"
        print(f"{what:<36} {value:>8.3f}{unit:<4}  target {target:>5}{unit:<4}  {verdict}")


if __name__ == "__main__":
    main()
