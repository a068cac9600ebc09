"""How long `check --online` takes, and what the emulator takes in time and memory.

Nothing here passes or fails by time. The emulator adds 100 ms to each answer, so the figures are about what is done side by side.
"""

import argparse
import http.client
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/release/swyx-teams"
MEBI = 1024 * 1024


@contextmanager
def emulator(folder, *options):
    """A running emulator: its process and its ready line."""
    log = folder / "log"
    words = [PROGRAM, "emulate", "--listen", "127.0.0.1:0", "--log", log, *options]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        log.unlink(missing_ok=True)


def settings(facts):
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


def check(folder, facts, *words):
    """Seconds that a check of a folder takes."""
    environment = os.environ | {"SECRET": facts["client_secret"], "SWYX_TEAMS_ADMIN_TOKEN": facts["admin_token"]}
    start = time.perf_counter()
    done = subprocess.run([PROGRAM, "check", "--online", *words, folder], env=environment, capture_output=True, encoding="utf-8")
    taken = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"ended with {done.returncode}\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}")
    return taken


def many_files(folder, files, rounds):
    """Median seconds for many files, without and with an administrator."""
    with emulator(folder, "--fault", "slow=100") as (_, facts):
        place = folder / "many"
        place.mkdir()
        for number in range(files):
            (place / f"{number:03}.toml").write_text(settings(facts))
        plain = statistics.median(check(place, facts) for _ in range(rounds))
        admin = statistics.median(check(place, facts, "--as-admin") for _ in range(rounds))
        return plain, admin


def peak(process):
    """The most memory that a process had so far, in bytes."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def many_users(folder, users, rounds):
    """The emulator's peak, and the milliseconds of a call with 650 ids."""
    with emulator(folder, "--users", str(users)) as (process, facts):
        port = int(facts["authority"].rsplit(":", 1)[1])
        connection = http.client.HTTPSConnection("localhost", port, context=ssl.create_default_context(cafile=facts["ca_file"]))

        def call(method, path, body=None, **headers):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                sys.exit(f"{method} {path}: {answer.status} {content[:500]}")
            return content

        form = (
            f"grant_type=client_credentials&client_id={facts['client_id']}&client_secret={facts['client_secret']}"
            "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        )
        token = json.loads(call("POST", f"/{facts['tenant_id']}/oauth2/v2.0/token", form, **{"Content-Type": "application/x-www-form-urlencoded"}))
        bearer = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"}
        page = json.loads(call("GET", "/v1.0/users?$top=999&$select=id", **bearer))
        body = json.dumps({"ids": [user["id"] for user in page["value"][:650]]})
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            content = call("POST", "/v1.0/communications/getPresencesByUserId", body, **bearer)
            times.append((time.perf_counter() - start) * 1_000)
        if len(json.loads(content)["value"]) != 650:
            sys.exit("not every presence was given")
        return peak(process), statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200, help="files that are looked at side by side")
    parser.add_argument("--users", type=int, default=100_000, help="users of the emulated tenant")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="swyx-teams-bench-") as name:
        folder = Path(name)
        plain, admin = many_files(folder, given.files, given.rounds)
        memory, presences = many_users(folder, given.users, given.rounds * 40)
    for what, value, target in [
        (f"check --online, {given.files} files, 100 ms lag", f"{plain:.2f} s", "2 s"),
        ("the same with --as-admin", f"{admin:.2f} s", "-"),
        (f"emulator, peak with {given.users:,} users", f"{memory / MEBI:.0f} MiB", "200 MiB"),
        ("getPresencesByUserId, 650 ids, median", f"{presences:.2f} ms", "5 ms"),
    ]:
        print(f"{what:<46} {value:>9}   target {target}")


if __name__ == "__main__":
    main()
