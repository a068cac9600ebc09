"""Hostile files need at most 64 MiB and little time. The full disk is real, if the system allows the test to mount one.

Time is printed and not judged: a limit of a minute only tells a hang from a slow machine.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from common import CLIENT, PROGRAM, TENANT

MAX_MEMORY = 64 * 1024  # KiB

# The peak memory of a program includes that of its parent at the start. So a small process starts it; this process may have loaded
# the clients of other tests.
START = """
import os, subprocess, sys
with open(sys.argv[1], "wb") as out:
    process = subprocess.Popen(sys.argv[2:], stdout=out, stderr=subprocess.STDOUT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
print(process.returncode, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
"""

GOOD = f"""[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{TENANT}"
MsTeamsClientId = "{CLIENT}"
MsTeamsClientSecret = {{ env = "X" }}
"""

HOSTILE = {
    "arrays": "a = " + "[" * 100_000 + "]" * 100_000,
    "inline-tables": "a = " + "{a=" * 40_000 + "1" + "}" * 40_000,
    "dotted-keys": ".".join(["a"] * 100_000) + " = 1",
    "dotted-header": "[" + ".".join(["a"] * 100_000) + "]",
    "numbers": "a = [" + ",".join(["1"] * 300_000) + "]",
    "fewer-numbers": "a = [" + ",".join(["1"] * 140_000) + "]",
    "unknown-keys": "".join(f"k{i}=1\n" for i in range(70_000)),
    "duplicate-keys": "a=1\n" * 74_000,
    "equals-signs": "=\n" * 140_000,
    "one-line": 'a = "' + "x" * 1_000_000 + '"',
    "one-key": '"' + "k" * 1_000_000 + '" = 1',
    "signs": "a = " + "+" * 1_000_000,
    "comments": "# c\n" * 70_000,
    "allows": "# swyx-teams: allow(secret-inline)\n" * 25_000,
    "users": "".join(f'[[user]]\nswyx="u{i}"\nteams="x"\n' for i in range(15_000)),
    "statuses": "[sync.status]\n" + "".join(f'"A{i}/B" = "x"\n' for i in range(30_000)),
}


def measured(arguments, folder):
    """Returns exit code, peak memory in KiB, length of the longest printed line, and CPU seconds."""
    with tempfile.NamedTemporaryFile() as out:
        command = [sys.executable, "-I", "-S", "-c", START, out.name, PROGRAM, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=True)
        code, memory, seconds = done.stdout.split()
        longest = max((len(line) for line in out), default=0)
    return int(code), int(memory), longest, float(seconds)


class Limits(unittest.TestCase):
    def test_hostile_files_need_little_memory_and_give_short_messages(self):
        for name, text in HOSTILE.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                Path(folder, "a.toml").write_text(text)
                for form in ("human", "json", "sarif", "junit"):
                    code, memory, longest, seconds = measured(["check", "--format", form, "a.toml"], folder)
                    self.assertIn(code, (1, 2))
                    self.assertLessEqual(memory, MAX_MEMORY, form)
                    if form == "human":
                        self.assertLessEqual(longest, 1024)
                        print(f"{name}: {memory / 1024:.1f} MiB, {seconds:.2f} s", flush=True)

    def test_changing_hostile_files_needs_little_memory(self):
        for name, text in HOSTILE.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                Path(folder, "a.toml").write_text(text)
                for command in (["list", "a.toml"], ["diff", "a.toml", "a.toml"],
                                ["--config", "a.toml", "set", "sync.session_minutes", "20"]):
                    code, memory, _, seconds = measured(command, folder)
                    self.assertIn(code, (0, 1, 2))
                    self.assertLessEqual(memory, MAX_MEMORY, command)
                print(f"{name}: {memory / 1024:.1f} MiB, {seconds:.2f} s to set", flush=True)

    def test_full_disk_keeps_the_old_file(self):
        text = GOOD + "".join(f'\n[[user]]\nswyx = "u{i}"\nteams = "u{i}@example.com"\n' for i in range(300))
        with tempfile.TemporaryDirectory() as folder:
            script = f"""
                mount -t tmpfs -o size=48k none {folder} || exit 77
                cp "$1" {folder}/swyx-teams.toml && cd {folder} || exit 78
                dd if=/dev/zero of=filler bs=1k 2>/dev/null
                "$2" set sync.session_minutes 20; code=$?
                cmp "$1" swyx-teams.toml && test "$(ls -A)" = "$(printf 'filler\\nswyx-teams.toml')" || exit 79
                exit $code
            """
            with tempfile.NamedTemporaryFile("w", suffix=".toml") as before:
                before.write(text)
                before.flush()
                run = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", before.name, PROGRAM]
                done = subprocess.run(run, capture_output=True, text=True)
        if done.returncode == 77 or "unshare" in done.stderr:
            # The tests of the crate cause the same error during a write with a file size limit.
            print("no disk could be mounted here:", done.stderr.strip())
            return
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("nothing was changed", done.stderr)


if __name__ == "__main__":
    unittest.main()
