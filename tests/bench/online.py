"""Measures `check --online` for many files if every response has a delay of 100 ms."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "e2e"))
from common import PROGRAM
from emulator import Emulator


def settings(facts):
    """Returns a settings file for the emulator."""
    return f"""\
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


def measure(rounds, files=200):
    """Returns the median time for all files in seconds."""
    with Emulator("--fault", "slow=100") as emulator:
        place = emulator.folder / "files"
        place.mkdir()
        for number in range(files):
            (place / f"{number:03}.toml").write_text(settings(emulator.facts))
        environment = os.environ | {"SECRET": emulator.facts["client_secret"], "SWYX_TEAMS_TRUST": emulator.address}
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            done = subprocess.run([PROGRAM, "check", "--online", place], env=environment, capture_output=True)
            times.append(time.perf_counter() - start)
            if done.returncode != 0:
                sys.exit(f"check --online ended with {done.returncode}\n{done.stdout.decode()[-2_000:]}")
        return statistics.median(times)
