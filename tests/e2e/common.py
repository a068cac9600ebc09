"""Shared by the end-to-end tests: paths, and functions to run programs."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/release/swyx-teams"
# Do not resolve the path: the interpreter is a link, and the tools are next to the link.
TOOLS = Path(sys.executable).parent
# The name on Debian. Other systems use other names.
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)

TENANT = "6f1d9a54-0c3e-4b7d-9d51-8a2f5c7e3b10"
CLIENT = "2b8e4c71-5a9f-4d36-b0c8-7e1f3a6d9245"

# The keys and values of one `set` command that creates a complete first file.
FIRST_FILE = [
    "control_center.MsTeamsStatusSyncMode", "2",
    "control_center.MsTeamsTenantId", TENANT,
    "control_center.MsTeamsClientId", CLIENT,
    "control_center.MsTeamsClientSecret", "env:X",
    "swyx.version", "14.10",
    "swyx.gateway", "https://swyx.example.com:9180",
    "swyx.gateway_token", "file:token",
    "entra.cloud", "global",
    "entra.secret_lifetime_days", "180",
    "sync.status.Busy/InAMeeting", "Away",
    "user[0]", '{ swyx = "Jane Roe", teams = "jane.roe@example.com" }',
]  # fmt: skip


def environment(**more):
    """Returns the environment of this process without variables that change results or colours, with tools and program on PATH."""
    theirs = ("SWYX_TEAMS_", "GIT_", "CLICOLOR", "NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "TAPLO_", "TOMBI_")
    kept = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith(theirs)}
    path = os.pathsep.join([str(PROGRAM.parent), str(TOOLS), os.environ["PATH"]])
    # Messages are compared as one line. On a terminal, its width applies.
    return kept | {"PATH": path, "TERM": "xterm-256color", "COLUMNS": "1000"} | more


def run(*command, folder=None, text="", **more):
    """Runs a command to its end with pipes for all streams."""
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=folder, input=text, env=environment(**more), capture_output=True, encoding="utf-8"
    )


def ours(*words, folder=None, **more):
    """Runs the program."""
    return run(PROGRAM, *words, folder=folder, **more)


class Case(unittest.TestCase):
    """A test with its own empty folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="swyx-teams-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def write(self, name, text):
        """Writes a file in the folder of the test."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def first_file(self, name="swyx-teams.toml"):
        """Creates a valid settings file with one call of the program."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.passes(ours("--config", path, "set", *FIRST_FILE))
        return path

    def passes(self, done):
        self.assertEqual(done.returncode, 0, f"{done.args}\n{done.stdout}\n{done.stderr}")

    def refuses(self, done, word, code=1):
        said = f"{done.stdout}\n{done.stderr}"
        self.assertEqual(done.returncode, code, f"{done.args}\n{said}")
        self.assertIn(word, said, done.args)
