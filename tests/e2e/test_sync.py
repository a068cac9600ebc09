"""Runs `sync` for a minute over real sockets: actions in Swyx are visible in Teams, read with the Graph SDK, and vice versa.

A script controls the emulated users. The journal of the emulator shows the delay of each action. The parser of the Prometheus project reads
the metrics.
"""

import asyncio
import json
import re
import subprocess
import time
import unittest

import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from common import PROGRAM, Case, environment, ours
from emulator import END
from graph_sdk import GraphCase, presences

# The documented delays of the vendor in seconds: Teams to Swyx, and Swyx to Teams
# (https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html).
TO_SWYX, TO_TEAMS = 5, 3
# Time of the last action of the script, in seconds after the emulator is ready.
LAST = 50
# The Swyx status for each presence, from the table of the vendor.
TABLE = {"Busy/InAMeeting": "Away", "Available/Available": "Available", "DoNotDisturb/DoNotDisturb": "DoNotDisturb", "Busy/InACall": "Speaking"}


def script():
    """All users are available. Then four begin and end calls, and four others change their presences, at irregular times."""
    lines = [f"0 {user} teams Available/Available" for user in range(1001, 1009)]
    for number, user in enumerate(range(1001, 1005)):
        for begins in range(10 + number, LAST - 8, 16):
            lines += [f"{begins}.{number}7 {user} call", f"{begins + 7}.{number}3 {user} hangup"]
    for number, user in enumerate(range(1005, 1009)):
        for turn, begins in enumerate(range(10 + number, LAST, 7)):
            lines.append(f"{begins}.{number}1 {user} teams {list(TABLE)[turn % len(TABLE)]}")
    return "\n".join(lines) + "\n"


def delays(journal, acts, effects):
    """Returns the delay from each action to its expected effect, or None without an effect."""
    found = []
    for place, line in enumerate(journal):
        if line["what"] not in acts or line["at"] < 9:
            continue
        effect, value = effects(line)
        later = (other for other in journal[place:] if other["user"] == line["user"] and other["what"] == effect)
        seen = next((other["at"] for other in later if value in (None, other["value"])), None)
        found.append(None if seen is None else seen - line["at"])
    return found


def metrics(text):
    """Returns all samples by name, with the labels that do not identify a tenant."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, sample.labels.get("direction"), sample.labels.get("le")): sample.value for sample in samples}


class Synchronisation(GraphCase, Case):
    trusted = ()

    def settings(self, emulator):
        """Writes the settings file for the emulated tenant, and both secret files."""
        self.trusted = (*self.trusted, emulator.address)
        for name in ("client_secret", "gateway_token"):
            path = self.write(name, getattr(emulator, name))
            path.chmod(0o600)
        return self.write("site.toml", f"""
[swyx]
version = "14.10"
gateway = "{emulator.gateway}"
gateway_token = {{ file = "gateway_token" }}
[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{emulator.tenant_id}"
MsTeamsClientId = "{emulator.client_id}"
MsTeamsClientSecret = {{ file = "client_secret" }}
[entra]
authority = "{emulator.authority}"
graph = "{emulator.graph}"
ca_file = "{emulator.ca_file}"
[sync]
read_interval_seconds = 2
""")  # fmt: skip

    def start(self, *words):
        """Starts the program. Returns it with the address of its metrics."""
        log = open(self.folder / "log", "w", encoding="utf-8")
        self.addCleanup(log.close)
        command = [str(word) for word in (PROGRAM, "sync", *words, "--metrics", "127.0.0.1:0", "--log-format", "json", "-vvv")]
        own = environment(SWYX_TEAMS_TRUST=",".join(self.trusted))
        process = subprocess.Popen(command, cwd=self.folder, env=own, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        while not (found := re.search(r"http://([0-9.:]+)", self.log())):
            self.assertIsNone(process.poll(), self.log())
            time.sleep(0.02)
        return process, found[1]

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8")

    async def test_a_minute_of_calls_and_meetings(self):
        calls, journal = self.write("calls", script()), self.folder / "journal"
        emulator = self.another("--calls", calls, "--journal", journal, "--enforce-limits")
        begun = time.monotonic()
        process, address = self.start(self.settings(emulator))
        users = emulator.ask("GET", "/users?$select=id,userPrincipalName&$top=50", emulator.admin_token).json()["value"]
        gateway = emulator.ask("GET", f"{emulator.gateway}/v1/users", emulator.gateway_token).json()["users"]
        by_mail = {user["userPrincipalName"]: user["id"] for user in users}
        ids = {user["id"]: by_mail.get(user["email"]) for user in gateway if user["id"] in map(str, range(1001, 1009))}
        self.assertEqual(len(ids), 8)
        self.assertNotIn(None, ids.values())

        # The Graph SDK must see a call in Teams for each user with a call in Swyx, and later no call.
        client, seen = self.graph(emulator), {user: [] for user in ids}
        while time.monotonic() - begun < LAST + 4:
            shown = await presences(client, list(ids.values()))
            for user, object_id in ids.items():
                pair = "/".join(shown[object_id])
                if seen[user][-1:] != [pair]:
                    seen[user].append(pair)
            await asyncio.sleep(0.5)
        for user in map(str, range(1001, 1005)):
            calls_seen = seen[user].count("Busy/InACall")
            self.assertGreaterEqual(calls_seen, 2, seen[user])
            self.assertEqual(seen[user][-1], "Available/Available", seen[user])

        lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
        to_teams = delays(lines, ("call", "hangup"), lambda line: (
            {"call": "set-presence", "hangup": "clear-presence"}[line["what"]], None))  # fmt: skip
        to_swyx = delays(lines, ("teams",), lambda line: ("set-status", TABLE[line["value"]]))
        self.assertGreaterEqual((len(to_teams), len(to_swyx)), (16, 20))
        for name, found, promised in (("Swyx to Teams", to_teams, TO_TEAMS), ("Teams to Swyx", to_swyx, TO_SWYX)):
            self.assertNotIn(None, found, name)
            print(f"{name}: {len(found)} changes, at most {max(found):.2f} s, on average {sum(found) / len(found):.2f} s", flush=True)
            self.assertLessEqual(max(found), promised, name)
        # A session that the program sets for a call in Swyx must not return as a Swyx status.
        callers = {str(user) for user in range(1001, 1005)}
        echoes = [line for line in lines if line["what"] == "set-status" and line["user"] in callers and line["value"] == "Speaking"]
        self.assertEqual(echoes, [])
        self.assertEqual({entry["status"] for entry in emulator.log()} - {200, 201, 204}, set())

        self.check_metrics(address, to_teams, to_swyx)
        shown = ours("status", address)
        self.passes(shown)
        self.assertIn("0 shown in Teams", shown.stdout)
        self.assertNotRegex(shown.stdout, "problem|UNAVAILABLE")
        process.terminate()
        self.assertEqual(process.wait(timeout=END + 25), 0, self.log())
        self.check_log(emulator)

    def check_metrics(self, address, to_teams, to_swyx):
        """The Prometheus parser reads the metrics, and they match the journal."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"http://{address}/metrics", timeout=10)
        self.assertIn("openmetrics", answer.headers["content-type"])
        found = metrics(answer.text)
        value = lambda name, direction=None: found[f"swyx_teams_{name}", direction, None]  # noqa: E731
        self.assertEqual(value("sessions_set_total") + value("sessions_cleared_total"), len(to_teams))
        self.assertEqual(value("delay_seconds_count", "to_teams"), len(to_teams))
        self.assertGreaterEqual(value("delay_seconds_count", "to_swyx"), len(to_swyx))
        self.assertEqual((value("open_sessions"), value("throttled_total"), value("failed_total"), value("refused_total")), (0, 0, 0, 0))
        self.assertEqual((value("graph_up"), value("gateway_up"), value("settings_refused")), (1, 1, 0))
        # Negative controls: the parser rejects a missing end, and a gauge declared as a counter.
        gauge = "# TYPE swyx_teams_graph_up "
        for wrong in (answer.text.replace("# EOF\n", ""), answer.text.replace(f"{gauge}gauge", f"{gauge}counter")):
            with self.assertRaises(ValueError):
                metrics(wrong)

    def check_log(self, emulator):
        """Each line is JSON, and no line contains a secret."""
        log = self.log()
        lines = [json.loads(line) for line in log.splitlines()]
        self.assertGreater(len(lines), 100)
        self.assertTrue(all(line["level"] != "ERROR" for line in lines), log)
        for secret in (emulator.client_secret, emulator.gateway_token, "eyJ"):
            self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
