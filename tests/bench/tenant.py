"""Measures how fast a large emulated tenant returns the presences of many users, and its memory."""

import statistics
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "e2e"))
from emulator import Emulator


def measure(users=100_000, ids=650, rounds=101):
    """Returns the median response time in milliseconds, from the log of the emulator, and its peak memory in bytes."""
    path = "/communications/getPresencesByUserId"
    with Emulator("--users", str(users)) as emulator:
        asked, token = emulator.users(ids), emulator.sign_in()
        for _ in range(rounds):
            answer = emulator.ask("POST", path, token, json={"ids": asked})
            answer.raise_for_status()
            if [presence["id"] for presence in answer.json()["value"]] != asked:
                raise SystemExit("a presence is missing")
        times = [line["ms"] for line in emulator.log() if line["path"].endswith(path)]
        status = Path(f"/proc/{emulator.process.pid}/status").read_text()
        return statistics.median(times), int(status.split("VmHWM:")[1].split()[0]) * 1024
