"""Measures the synchronisation of many tenants in one process: memory, open files, sign-ins in a second, and the time until all are read.

Each settings file names an application of its own, with its own secret, in one emulated tenant. For `sync`, these are different tenants:
each has its own sign-in, limits, users and event stream.
"""

import argparse
import contextlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "e2e"))
from common import PROGRAM, environment
from emulator import Emulator

MEBI = 1024 * 1024
# The first id of an application, as a number.
APPLICATIONS = uuid.UUID("2f9d8b47-6c3e-4a5f-b1d0-000000000000").int
ROLES = ["User.ReadBasic.All", "Presence.ReadWrite.All"]
TARGETS = {"memory": 250, "open files": 2_100, "sign-ins": 50, "start": 30}


def application(number):
    """Returns the state of an application, with the permissions that `sync` needs."""
    return {
        "appId": str(uuid.UUID(int=APPLICATIONS + number)),
        "displayName": f"swyx-teams {number}",
        "servicePrincipal": True,
        "secrets": [{"value": f"Xy28Q~abcdefghijklmnopqrstuvwxyz{number:08}", "endsInDays": 365}],
        "declared": {"application": ROLES},
        "granted": {"application": ROLES},
    }


def settings(facts, application):
    """Returns the settings file of an application. The secrets are in files."""
    return f"""\
[swyx]
version = "14.10"
gateway = "{facts['gateway']}"
gateway_token = {{ file = "../token" }}

[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{facts['tenant_id']}"
MsTeamsClientId = "{application['appId']}"
MsTeamsClientSecret = {{ file = "../{application['displayName']}" }}

[entra]
authority = "{facts['authority']}"
graph = "{facts['graph']}"
ca_file = "{facts['ca_file']}"
"""


def write(folder, facts, applications):
    """Writes the settings and the secrets, and returns the folder with the settings."""
    customers = folder / "customers"
    customers.mkdir()
    files = {"token": facts["gateway_token"]}
    for number, one in enumerate(applications):
        files[one["displayName"]] = one["secrets"][0]["value"]
        files[f"customers/{number}.toml"] = settings(facts, one)
    for name, text in files.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    return customers


def metrics(address):
    """Returns the metrics, or an empty text before they are served."""
    try:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def sample(process, emulator, address, tenants, seconds):
    """Follows the start and the time after it. Returns the seconds until all tenants are read, and the most sign-ins in a second."""
    began, read_after, rates, before = time.monotonic(), None, [0], (time.monotonic(), 0)
    while (now := time.monotonic()) < began + seconds:
        if process.poll() is not None:
            sys.exit(f"sync ended with {process.returncode}")
        if read_after is None and metrics(address).count("swyx_teams_oldest_reading_seconds{") == tenants:
            read_after = now - began
        if now - before[0] >= 1:
            signed_in = emulator.log_text().count("/oauth2/v2.0/token")
            rates.append((signed_in - before[1]) / (now - before[0]))
            before = (now, signed_in)
        time.sleep(0.2)
    return read_after, max(rates)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tenants", type=int, default=1_000, help="number of tenants")
    parser.add_argument("--users", type=int, default=20, help="number of users in each")
    parser.add_argument("--seconds", type=int, default=120, help="duration; connections of the start are closed after half a minute")
    parser.add_argument("--port", type=int, default=19464, help="port for the metrics")
    given = parser.parse_args()
    # The emulator has one end of each connection.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    applications = [application(number) for number in range(given.tenants)]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="swyx-teams-bench-")))
        state = folder / "state.json"
        state.write_text(json.dumps({"applications": applications}), encoding="utf-8")
        emulator = stack.enter_context(Emulator("--state", state, "--users", given.users))
        customers = write(folder, emulator.facts, applications)
        address = f"127.0.0.1:{given.port}"
        words = [PROGRAM, "sync", customers, "--metrics", address, "-q"]
        trusting = environment(SWYX_TEAMS_TRUST=emulator.address)
        said = stack.enter_context(open(folder / "said", "w+", encoding="utf-8"))
        process = subprocess.Popen(words, env=trusting, stdout=said, stderr=said)
        stack.callback(process.kill)
        read_after, sign_ins = sample(process, emulator, address, given.tenants, given.seconds)
        text = metrics(address)
        files = float(re.search(r"^process_open_fds (\S+)", text, re.MULTILINE)[1])
        status = Path(f"/proc/{process.pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) * 1024 / MEBI
        process.terminate()
        code = process.wait(60)
        if code != 0:
            said.seek(0)
            sys.exit(f"sync ended with {code}\n{said.read()[-2_000:]}")
    print(f"{given.tenants:,} tenants of {given.users} users")
    for what, value, unit in [
        ("memory", peak, " MiB"),
        ("open files", files, ""),
        ("sign-ins", sign_ins, " in a second"),
        ("start", float("inf") if read_after is None else read_after, " s until all are read"),
    ]:
        verdict = "met" if value <= TARGETS[what] else "NOT met"
        print(f"{what:<12} {value:>9.1f}{unit:<24} target {TARGETS[what]:>6}  {verdict}")


if __name__ == "__main__":
    main()
