"""Runs `sync` against a fake that was written from the public contracts only, and shows it wrong and missing answers.

Each test states the wrong client that it detects. No test waits for a fixed time: it waits for an effect, with an upper limit. The
limits of 3 and 5 seconds are promises of the documentation; the others only detect that something never happens.
"""

import json
import re
import subprocess
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

from common import PROGRAM, Case, environment, ours
from witness import CALL, MAX_IDS, Witness
from witness_http import Answer, graph_error, html, problem

# The documented delays in seconds: Teams to Swyx, and Swyx to Teams.
TO_SWYX, TO_TEAMS = 5, 3
# Seconds for everything without a promise, also on a slow machine.
PATIENCE = 30
# Enough readings to see what a client does with the previous ones.
FEW = 3


class Sync:
    """One run of `sync` for some tenants, with a settings file for each."""

    def __init__(self, folder, witnesses, interval):
        self.folder, self.witnesses = folder, witnesses
        (folder / "sites").mkdir(exist_ok=True)
        for witness in witnesses:
            self.settings(witness, interval)
        trusted = ",".join(f"127.0.0.1:{port}" for witness in witnesses for port in witness.ports.values())
        self.log_file, begun = folder / f"log-{uuid.uuid4()}", time.monotonic()
        options = ("--metrics", "127.0.0.1:0", "--log-format", "json", "-vv", f"--trust={trusted}")
        with open(self.log_file, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM), "sync", "sites", *options], cwd=folder, env=environment(), stdout=log, stderr=log
            )
        for witness in witnesses:
            # The second reading shows that the first one was processed. With a long interval, it does not come.
            enough = 2 if interval == 1 else 1
            witness.wait(lambda witness=witness: self.alive() and witness.count("presences", begun) >= enough, PATIENCE, "readings")
        self.address = re.search(r"http://([0-9.:]+)", self.log())[1]

    def settings(self, witness, interval):
        for name, secret in (("secret", witness.secret), ("token", witness.gateway_token)):
            path = self.folder / "sites" / f"{witness.tenant}.{name}"
            path.write_text(secret, encoding="utf-8")
            path.chmod(0o600)
        (self.folder / "sites" / f"{witness.tenant}.toml").write_text(f"""
[swyx]
version = "14.10"
gateway = "{witness.url("gateway")}"
gateway_token = {{ file = "{witness.tenant}.token" }}
[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{witness.tenant}"
MsTeamsClientId = "{witness.client}"
MsTeamsClientSecret = {{ file = "{witness.tenant}.secret" }}
[entra]
authority = "{witness.url("login")}"
graph = "{witness.url("graph")}/v1.0"
[sync]
read_interval_seconds = {interval}
""", encoding="utf-8")  # fmt: skip

    def alive(self):
        if self.process.poll() is not None:
            raise AssertionError(self.log())
        return True

    def log(self):
        return self.log_file.read_text(encoding="utf-8")

    def lines(self):
        # The last line may be incomplete.
        return [json.loads(line) for line in self.log().splitlines(keepends=True) if line.endswith("\n")]

    def warnings(self):
        return [line["message"] for line in self.lines() if line["level"] in ("WARN", "ERROR")]

    def unreadable(self):
        """Returns the users whose presence the log calls unreadable."""
        return {line["user"] for line in self.lines() if line["message"] == "unreadable presence"}

    def status(self):
        """Returns exit code, text for people, and the data of the only tenant."""
        told, data = ours("status", self.address), ours("status", self.address, "--format", "json")
        (tenant,) = json.loads(data.stdout)["tenants"]
        return told.returncode, told.stdout, tenant["carried"]

    def metric(self, name):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{self.address}/metrics", timeout=PATIENCE) as answer:
            text = answer.read().decode()
        return sum(float(value) for value in re.findall(rf"^swyx_teams_{name}(?:\{{.*\}})? (\S+)$", text, re.MULTILINE))

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)


class Synchronisation(Case):
    def setUp(self):
        super().setUp()
        self.witnesses, self.runs = [], []

    def tearDown(self):
        """Whatever was wrong with the answers, the client follows the contracts, and logs no secret."""
        for sync in self.runs:
            for witness in sync.witnesses:
                for secret in (witness.secret, witness.gateway_token, "eyJ"):
                    self.assertNotIn(secret, sync.log())
        for witness in self.witnesses:
            self.assertEqual(witness.violations, [])

    def witness(self, *words, **more):
        witness = Witness(*words, **more)
        self.addCleanup(witness.close)
        self.witnesses.append(witness)
        return witness

    def start(self, *witnesses, interval=1):
        sync = Sync(self.folder, witnesses, interval)
        self.addCleanup(sync.process.wait)
        self.addCleanup(sync.process.kill)
        self.runs.append(sync)
        return sync

    def readings(self, witness, count=FEW):
        """Waits until so many more readings of presences are answered."""
        enough = witness.count("presences") + count
        witness.wait(lambda: witness.count("presences") >= enough, PATIENCE, "more readings")

    def until(self, condition, why):
        """Waits for something that no request shows, such as the text of `status`."""
        end = time.monotonic() + PATIENCE
        while not (value := condition()):
            self.assertLess(time.monotonic(), end, why)
            time.sleep(0.05)
        return value

    def soon(self, witness, what, number, value):
        """Waits for an effect without a promise, which may also have happened before."""
        witness.wait(lambda: witness.done(what, number, value), PATIENCE, f"{what} {number} {value}")

    def problem(self, sync):
        """Waits until `status` reports a problem, and returns its text."""
        return self.until(lambda: (told := sync.status())[0] == 1 and told[1], "a problem")

    def follows_teams(self, witness, number, presence="Away/Away", status="Away"):
        self.assertLess(witness.effect("put", number, status, witness.teams(number, presence), TO_SWYX), TO_SWYX)

    def follows_calls(self, witness, number):
        self.assertLess(witness.effect("set", number, CALL, witness.call(number), TO_TEAMS), TO_TEAMS)
        self.assertLess(witness.effect("clear", number, None, witness.hangup(number), TO_TEAMS), TO_TEAMS)

    def test_unreadable_presences_do_not_hide_the_other_users(self):
        """Wrong client: one that parses the answer as a whole. It never reads 1004 and 1005, so their statuses are not set."""
        witness = self.witness(5)
        wrong = {"1001": {"activity": None}, "1002": {"availability": 7}, "1003": {"id": "no-guid/../1003"}}

        def spoil(request, proceed):
            answer = proceed()
            for number, change in wrong.items():
                for element in answer.body["value"]:
                    if element["id"] == witness.users[number].id:
                        element.update(change)
            return answer

        for user in witness.users.values():
            user.status = "LoggedOff"
        witness.faults["presences"] = spoil
        sync = self.start(witness)
        for number in ("1004", "1005"):
            self.soon(witness, "put", number, "Available")
            self.follows_teams(witness, number)
        self.assertEqual({entry.user for entry in witness.done("put")}, {"1004", "1005"})
        self.assertRegex(self.problem(sync), r"unreadable.*\b2 users")
        self.assertRegex("\n".join(sync.warnings()), r"unreadable.*\b2 users")
        self.assertEqual(sync.unreadable(), {witness.users[number].id for number in ("1001", "1002")})
        # The negative control: with correct answers, the same users are read, and nothing is reported.
        witness.faults.clear()
        for number in wrong:
            self.soon(witness, "put", number, "Available")
        self.until(lambda: sync.status()[0] == 0, "no problem is left")

    def test_a_rejected_id_does_not_hide_the_other_users(self):
        """Wrong clients: one that repeats the rejected list reads nobody; one that halves it only once loses half of the users."""
        witness = self.witness(700)
        bad = witness.users["1351"]
        for user in witness.users.values():
            user.status = "LoggedOff"

        def refuse(request, proceed):
            return graph_error(400, "InvalidArgument") if bad.id in request.body["ids"] else proceed()

        witness.faults["presences"] = refuse
        sync = self.start(witness)
        witness.wait(lambda: len(witness.done("put")) >= 699, 2 * PATIENCE, "all others are read")
        self.assertEqual({entry.user for entry in witness.done("put", value="Available")}, set(witness.users) - {bad.number})
        for number in ("1001", "1350", "1352", "1700"):
            self.follows_teams(witness, number)
        # Halving 650 ids to 1 needs 11 rejections, and more if the list changes meanwhile. Then the user is left out.
        rejected = sum(entry.what == "presences" and entry.value == 400 for entry in witness.requests)
        self.assertLessEqual(rejected, 22)
        self.assertRegex(self.problem(sync), r"left out.*\b1 user\b")
        self.assertRegex("\n".join(sync.warnings()), r"left out.*\b1 user\b")

    def empty_list(self, name, body, side):
        """Wrong client: one that believes an empty list. It clears the call of 1001, and does not follow 1002 any more."""
        witness = self.witness(3)
        sync = self.start(witness)
        self.assertLess(witness.effect("set", "1001", CALL, witness.call("1001"), TO_TEAMS), TO_TEAMS)
        given = []

        def once(request, proceed):
            return proceed() if given else (given.append(name), Answer(200, body))[1]

        witness.faults[name] = once
        witness.announce_users()
        witness.wait(lambda: given, PATIENCE, "an empty list is read")
        self.until(lambda: any(re.search(f"list of users.*{side} returned 0 instead of 3", line) for line in sync.warnings()), "a warning")
        self.readings(witness)
        self.follows_calls(witness, "1003")
        self.follows_teams(witness, "1002")
        self.assertEqual((witness.done("clear", "1001"), witness.sessions()), ([], ["1001"]))
        self.assertLess(witness.effect("clear", "1001", None, witness.hangup("1001"), TO_TEAMS), TO_TEAMS)

    def test_an_empty_list_of_teams_users_clears_no_call(self):
        self.empty_list("users", {"value": []}, "Microsoft Graph")

    def test_an_empty_list_of_swyx_users_clears_no_call(self):
        self.empty_list("swyx_users", {"users": [], "next": None}, "the gateway")

    def test_calls_are_shown_in_time_though_the_stream_is_cut(self):
        """Wrong client: one that waits before it opens the stream again, or does not get what it missed."""
        witness = self.witness(2)
        witness.stream_seconds = 2
        # The long interval excludes that a periodic reading shows the calls.
        self.start(witness, interval=60)
        # A call begins just after the reading that follows a cut, or at once after the cut. The latter comes last, because a client may
        # wait longer from cut to cut.
        for number, later in (("1001", True), ("1002", False)):
            for what, value, act in (("set", CALL, witness.call), ("clear", None, witness.hangup)):
                seen = len(witness.cuts)
                witness.wait(lambda seen=seen: len(witness.cuts) > seen, PATIENCE, "a cut")
                if later:
                    readings = witness.count("statuses")
                    witness.wait(lambda readings=readings: witness.count("statuses") > readings, PATIENCE, "a reading")
                self.assertLess(witness.effect(what, number, value, act(number), TO_TEAMS), TO_TEAMS)

    def test_a_refused_status_does_not_hold_back_others(self):
        """Wrong client: one that sends nothing for a user, or for all users, after a refusal."""
        witness = self.witness(3)
        codes, refused = {"1001": 422, "1002": 409}, []

        def refuse(request, proceed):
            number = request.words[0]
            if request.body == {"status": "Speaking"} and number in codes and number not in refused:
                refused.append(number)
                return problem(codes[number], "Refused")
            return proceed()

        witness.faults["put"] = refuse
        sync = self.start(witness)
        begun = [witness.teams(number, CALL) for number in witness.users][0]
        witness.wait(lambda: len(refused) == 2, PATIENCE, "both are refused")
        self.assertLess(witness.effect("put", "1003", "Speaking", begun, TO_SWYX), TO_SWYX)
        for number in witness.users:
            self.follows_teams(witness, number, "DoNotDisturb/DoNotDisturb", "DoNotDisturb")
        self.assertEqual(sync.metric("refused_total"), 2)
        self.assertRegex("\n".join(sync.warnings()), "HTTP 4(22|09)")

    def test_html_is_not_success(self):
        """Wrong client: one that looks at the HTTP status only. It believes that the call is shown, or cleared, and does not repair it.

        After the failed `clearPresence`, Graph still shows "In a call". A client that believes in the success takes it for a call in Teams.
        """
        witness = self.witness(1)
        sync = self.start(witness)
        successes = lambda: [sync.metric(f"sessions_{name}_total") for name in ("set", "renewed", "cleared")]  # noqa: E731
        for name, value, act in (("set", CALL, witness.call), ("clear", None, witness.hangup)):
            witness.faults[name] = html
            begun = act("1001")
            self.until(lambda: "In a call" in (told := self.problem(sync)) and "text/html" in told, "a problem")
            before = successes()
            self.readings(witness, 2)
            self.assertEqual((successes(), witness.done(name)), (before, []))
            del witness.faults[name]
            self.assertLess(witness.effect(name, "1001", value, begun, PATIENCE), PATIENCE)
            self.until(lambda before=before: sum(successes()) == sum(before) + 1, "the success is counted")
        self.readings(witness)
        self.assertEqual(witness.done("put"), [])

    def test_unusual_lifetimes_of_tokens(self):
        """Wrong clients: one that rejects the answer never reads; one that takes a missing lifetime for 0 signs in for each request."""
        lifetimes = ({}, {"expires_in": "3599"}, {"expires_in": 3599.5}, {"expires_in": 3599, "ext_expires_in": None})
        # The negative control: such a token is not reused.
        short = {"expires_in": 1}
        witnesses = [self.witness(1) for _ in (*lifetimes, short)]
        for witness, lifetime in zip(witnesses, (*lifetimes, short), strict=True):
            witness.token_answer = {"token_type": "Bearer"} | lifetime
        self.start(*witnesses)
        *witnesses, control = witnesses
        for witness, lifetime in zip(witnesses, lifetimes, strict=True):
            with self.subTest(lifetime):
                self.follows_calls(witness, "1001")
                self.follows_teams(witness, "1001")
                witness.wait(lambda witness=witness: witness.count("presences") > FEW, PATIENCE, "more readings")
                self.assertEqual(witness.count("token"), 1)
        control.wait(lambda: control.count("token") > 1, PATIENCE, "another token")

    def test_calls_are_shown_while_only_readings_fail(self):
        """Wrong client: one that stops all requests to Graph because one kind fails."""
        witness = self.witness(2)
        sync = self.start(witness)
        witness.faults["presences"] = lambda *_: graph_error(503, "ServiceUnavailable")
        failed = lambda: sum((entry.what, entry.value) == ("presences", 503) for entry in witness.requests)  # noqa: E731
        witness.wait(lambda: failed() >= FEW, PATIENCE, "readings fail")
        self.assertRegex(self.problem(sync), "presences in Teams.*HTTP 503")
        for number in witness.users:
            self.follows_calls(witness, number)
        self.assertTrue(any("HTTP 503" in line for line in sync.warnings()))
        witness.faults.clear()
        self.until(lambda: sync.status()[0] == 0, "no problem is left")
        self.follows_teams(witness, "1002")

    def unreachable(self, side, name, other):
        """Wrong clients: one that reports the wrong side, or none; one that stops the other side; one that does not recover."""
        witness = self.witness(2)
        sync = self.start(witness)
        self.assertEqual(sync.status()[0], 0)
        witness.down(side)
        self.until(lambda: re.search(f"(?s){name} does not answer.*connection refused", self.problem(sync)), "the side and the reason")
        data = sync.status()[2]
        self.assertEqual((data["graph_answers"], data["gateway_answers"]), (side != "graph", side != "gateway"))
        self.assertTrue(all(entry["why"] for entry in data["problems"]))
        word = {"graph": "Teams", "gateway": "gateway"}[side]
        self.until(lambda: any(word in line and "connection refused" in line for line in sync.warnings()), "the reason in the log")
        enough = witness.count(other) + FEW
        witness.wait(lambda: witness.count(other) >= enough, PATIENCE, "the other side is read")
        witness.up(side)
        self.until(lambda: sync.status()[0] == 0, "no problem is left")
        self.follows_teams(witness, "1002")
        self.follows_calls(witness, "1001")

    def test_an_unreachable_graph_is_named(self):
        self.unreachable("graph", "Microsoft Graph", "statuses")

    def test_an_unreachable_gateway_is_named(self):
        self.unreachable("gateway", "the gateway", "presences")

    def test_a_restarted_gateway_is_read_again(self):
        """Wrong clients: one that keeps the old sequences ignores changes of 1002; one that does not read the users never shows 1004."""
        witness = self.witness(3)
        self.start(witness)
        self.follows_calls(witness, "1002")
        self.follows_calls(witness, "1002")
        witness.effect("set", "1001", CALL, witness.call("1001"), TO_TEAMS)
        with witness.changed:
            witness.users["1001"].in_call, witness.users["1002"].in_call = False, True
            witness.add("1004").in_call = True
            restarted = witness.restart_gateway()
        for name, status, cursor in (("events", 410, True), ("swyx_users", 200, True), ("statuses", 200, False), ("events", 200, True)):
            asked = lambda name=name, status=status, cursor=cursor: witness.was_asked(name, restarted, status, cursor)  # noqa: E731
            witness.wait(asked, PATIENCE, f"{name}: {status}")
        for what, number, value in (("clear", "1001", None), ("set", "1002", CALL), ("set", "1004", CALL)):
            witness.effect(what, number, value, restarted, PATIENCE)
        for number in ("1002", "1004"):
            self.assertLess(witness.effect("clear", number, None, witness.hangup(number), TO_TEAMS), TO_TEAMS)
            self.follows_teams(witness, number)

    def test_sigterm_clears_all_presences(self):
        """Wrong client: one that ends at once. The negative control is the killed run of the next test."""
        witness = self.witness(45)
        sync = self.start(witness)
        numbers = sorted(witness.users)[:-1]
        for number in numbers:
            witness.call(number)
        witness.wait(lambda: witness.sessions() == numbers, PATIENCE, "all calls are shown")
        self.assertEqual(sync.stop(), 0, sync.log())
        self.assertEqual(witness.sessions(), [])
        self.assertEqual(sorted(entry.user for entry in witness.done("clear")), numbers)

    def test_sessions_of_a_killed_run_are_cleared(self):
        """Wrong client: one that takes "In a call" for a call in Teams after a restart. It sets "Speaking" for 1001 and 1002.

        1003 is in a call in Teams. A client that takes nothing for a call in Teams does not set "Speaking" for 1003.
        """
        witness = self.witness(3)
        witness.users["1003"].own = CALL
        killed = self.start(witness)
        self.soon(witness, "put", "1003", "Speaking")
        for number in ("1001", "1002"):
            self.assertLess(witness.effect("set", number, CALL, witness.call(number), TO_TEAMS), TO_TEAMS)
        killed.process.kill()
        killed.process.wait()
        self.assertEqual(witness.sessions(), ["1001", "1002"])
        witness.hangup("1002")
        witness.users["1003"].status = "Available"
        begun = time.monotonic()
        self.start(witness)
        witness.effect("clear", "1002", None, begun, PATIENCE)
        witness.effect("put", "1003", "Speaking", begun, PATIENCE)
        witness.wait(lambda: "1001" in witness.sessions(), PATIENCE, "the call is still shown")
        self.assertLess(witness.effect("clear", "1001", None, witness.hangup("1001"), TO_TEAMS), TO_TEAMS)
        self.readings(witness)
        self.assertEqual(witness.sessions(), [])
        self.assertEqual({entry.user for entry in witness.done("put")}, {"1003"})


class Controls(unittest.TestCase):
    """The witness notices wrong clients. Otherwise, its silence would mean nothing."""

    def setUp(self):
        self.witness = Witness(1)
        self.addCleanup(self.witness.close)

    def ask(self, side, path, body=None, method="POST", **headers):
        kind = "application/json" if side != "login" else "application/x-www-form-urlencoded"
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.witness.url(side) + path, data, {"Content-Type": kind} | headers, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def token(self, secret):
        fields = {"client_id": self.witness.client, "client_secret": secret, "grant_type": "client_credentials"}
        fields["scope"] = "https://graph.microsoft.com/.default"
        return self.ask("login", f"/{self.witness.tenant}/oauth2/v2.0/token", urllib.parse.urlencode(fields))

    def test_wrong_requests_are_noticed(self):
        (user,) = self.witness.users.values()
        status, text = self.token(self.witness.secret)
        self.assertEqual((status, self.witness.violations), (200, []))
        graph = {"Authorization": f"Bearer {json.loads(text)['access_token']}"}
        gateway = {"Authorization": f"Bearer {self.witness.gateway_token}", "client-request-id": str(uuid.uuid4())}
        busy = {"sessionId": self.witness.client, "availability": "Busy", "activity": "InACall", "expirationDuration": "PT10M"}
        set_presence, presences = f"/users/{user.id}/presence/setPresence", "/communications/getPresencesByUserId"
        put = "/v1/users/1001/status"
        part = {"id": "1", "method": "POST", "url": set_presence, "headers": {"Content-Type": "application/json"}, "body": busy}
        right = [
            ("graph", f"/v1.0{presences}", {"ids": [user.id]}, "POST", graph, 200),
            ("graph", f"/v1.0{set_presence}", busy, "POST", graph, 200),
            ("graph", "/v1.0/$batch", {"requests": [part]}, "POST", graph, 200),
            ("graph", "/v1.0/users", None, "GET", {}, 401),
            ("gateway", "/v1/statuses?since=other-1", None, "GET", gateway, 410),
            ("gateway", put, {"status": "Away"}, "PUT", gateway, 200),
        ]
        for side, path, body, method, headers, code in right:
            with self.subTest(path):
                self.assertEqual(self.ask(side, path, body, method, **headers)[0], code)
                self.assertEqual(self.witness.violations, [])
        self.assertEqual((user.session, user.status), (CALL, "Away"))
        wrong = [
            ("graph", f"/v1.0{presences}", {"ids": [str(uuid.uuid4()) for _ in range(MAX_IDS + 1)]}, "POST", graph, 400),
            ("graph", f"/v1.0{set_presence}", busy | {"sessionId": str(uuid.uuid4())}, "POST", graph, 200),
            ("graph", f"/v1.0{set_presence}", busy | {"activity": "InAMeeting"}, "POST", graph, 400),
            ("graph", f"/v1.0{set_presence}", busy | {"expirationDuration": "PT4M"}, "POST", graph, 400),
            ("graph", "/v1.0/$batch", {"requests": [part | {"id": str(one)} for one in range(21)]}, "POST", graph, 400),
            ("graph", "/v1.0/$batch", {"requests": [part | {"headers": {}}]}, "POST", graph, 200),
            ("graph", "/v1.0/me", None, "GET", graph, 404),
            ("gateway", "/v1/users", None, "GET", gateway | {"Authorization": "Bearer other"}, 401),
            ("gateway", "/v1/users", None, "GET", gateway | {"client-request-id": "none"}, 200),
            ("gateway", put, {"status": "LoggedOff"}, "PUT", gateway, 422),
            ("gateway", put.replace("1001", "10:01"), {"status": "Away"}, "PUT", gateway, 404),
        ]
        for side, path, body, method, headers, code in wrong:
            with self.subTest(path):
                self.witness.violations.clear()
                self.assertEqual(self.ask(side, path, body, method, **headers)[0], code)
                self.assertEqual(len(self.witness.violations), 1, self.witness.violations)
        self.witness.violations.clear()
        self.assertEqual((self.token("wrong")[0], len(self.witness.violations)), (400, 1))

    def test_the_strongest_session_is_shown(self):
        user = self.witness.add("1002")
        for own, session, shown in (
            ("Available/Available", CALL, CALL), ("DoNotDisturb/DoNotDisturb", CALL, "DoNotDisturb/DoNotDisturb"),
            ("Offline/Offline", CALL, CALL), ("Away/Away", None, "Away/Away"),
        ):  # fmt: skip
            user.own, user.session, user.expires = own, session, time.monotonic() + PATIENCE
            self.assertEqual(user.presence, shown)
        user.own, user.session, user.expires = "Away/Away", CALL, time.monotonic()
        self.assertEqual(user.presence, "Away/Away")


if __name__ == "__main__":
    unittest.main()
