"""Microsoft's clients for JavaScript (MSAL, Azure Identity, the Graph client) sign in at the emulator and run the main workflow."""

import json
import subprocess
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import hashes

from certificates import Certificate
from emulator import COMMAND_LINE_TOOLS, GRAPH_SCOPE, NOWHERE, WRONG_SECRET, Clients, plain_environment

HERE = Path(__file__).parent
# MSAL for Node adds openid, profile and offline_access.
ADMIN_SCOPES = ["https://graph.microsoft.com/Application.ReadWrite.All", "https://graph.microsoft.com/User.Read"]
LIMIT = 120  # seconds; only detects a hang


def script(name, question, trusted):
    """Runs a script with a question. `trusted` is the file of the only additional certificate authority."""
    environment = plain_environment() | ({"NODE_EXTRA_CA_CERTS": str(trusted)} if trusted else {})
    done = subprocess.run(
        ["node", HERE / name], input=json.dumps(question), env=environment, capture_output=True, encoding="utf-8", timeout=LIMIT
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def msal(emulator, how, scopes, trusted=True, **other):
    question = {"how": how, "scopes": scopes, "facts": emulator.facts | other}
    return script("msal_node.mjs", question, emulator.ca_file if trusted else None)


def graph(emulator, *take, trusted=True, **other):
    """Runs steps such as `get(path)` and `post(path, body)`, and returns their results."""
    question = {"take": list(take), "facts": emulator.facts | other}
    return script("graph_client.mjs", question, emulator.ca_file if trusted else None)


def get(path, **more):
    return {"do": "get", "path": path} | more


def post(path, **body):
    return {"do": "post", "path": path, "body": body}


def set_presence(user, session, availability, activity, duration="PT5M"):
    return post(
        f"/users/{user}/presence/setPresence", sessionId=session, availability=availability, activity=activity,
        expirationDuration=duration,
    )  # fmt: skip


def main_job(emulator, user):
    """Runs the steps of the synchronisation for one user."""
    session = emulator.client_id
    one, many = get(f"/users/{user}/presence"), post("/communications/getPresencesByUserId", ids=[user])
    clear = post(f"/users/{user}/presence/clearPresence", sessionId=session)
    return [get("/users?$top=1"), one, set_presence(user, session, "Busy", "InACall"), one, many, clear, one]


class Javascript(Clients):
    def given(self, answer):
        self.assertIn("ok", answer, answer)
        return answer["ok"]

    def refused(self, answer, status, code=None):
        self.assertIn("error", answer, answer)
        error = answer["error"]
        self.assertEqual(error["statusCode"], status, error)
        if code is not None:
            self.assertEqual(error["code"], code, error)
        self.assertTrue(error["requestId"], error)


class Msal(Javascript):
    def test_with_a_secret(self):
        for scope in (GRAPH_SCOPE, f"{self.emulator.authority}/.default"):
            with self.subTest(scope):
                given = self.given(msal(self.emulator, "secret", [scope]))
                claims = self.emulator.claims(given["accessToken"], scope.removesuffix("/.default"))
                self.assertEqual(sorted(claims["roles"]), ["Presence.ReadWrite.All", "User.ReadBasic.All"])
                self.assertEqual(given["fromCache"], [False, True])

    def test_errors_are_distinguished(self):
        for name, other, scope, error, code in [
            ("wrong secret", {"client_secret": WRONG_SECRET}, GRAPH_SCOPE, "invalid_client", 7000215),
            ("id of a secret", {"client_secret": NOWHERE}, GRAPH_SCOPE, "invalid_client", 7000215),
            ("no such application", {"client_id": NOWHERE}, GRAPH_SCOPE, "unauthorized_client", 700016),
            ("a plain scope", {}, "https://graph.microsoft.com/User.Read", "invalid_scope", 1002012),
        ]:
            with self.subTest(name):
                seen = msal(self.emulator, "secret", [scope], **other)["error"]
                self.assertEqual(seen["errorCode"], error, seen)
                self.assertIn(f"AADSTS{code}", seen["message"])
                self.assertEqual(str(seen["errorNo"]), str(code), seen)
        for tenant in (NOWHERE, "not-a-tenant.example"):
            with self.subTest(tenant):
                # It requests the discovery document, and reports an error only as a missing document.
                seen = msal(self.emulator, "secret", [GRAPH_SCOPE], tenant_id=tenant)
                self.assertEqual(seen["error"]["errorCode"], "endpoints_resolution_error", seen)
                asked = self.emulator.log()[-1]
                self.assertEqual((asked["path"].split("/")[1], asked["status"]), (tenant, 400))

    def test_device_code_and_refresh(self):
        given = self.given(msal(self.emulator, "device", ADMIN_SCOPES, client_id=COMMAND_LINE_TOOLS))
        claims = self.emulator.claims(given["accessToken"])
        self.assertIn("Application.ReadWrite.All", claims["scp"].split())
        self.assertEqual(given["account"]["homeAccountId"], f"{claims['oid']}.{self.emulator.tenant_id}")
        self.assertEqual(given["account"]["tenantId"], self.emulator.tenant_id)
        self.assertEqual(given["shown"]["interval"], 5)
        fresh = self.given(given["refreshed"])
        self.assertFalse(fresh["fromCache"])
        self.assertEqual(self.emulator.claims(fresh["accessToken"])["oid"], claims["oid"])

    def test_with_a_certificate(self):
        registered, other = Certificate(), Certificate()
        registered.register(self.emulator)

        def sign_in(certificate, key):
            credential = {"thumbprintSha256": certificate.thumbprint(hashes.SHA256()), "privateKey": key.private_key}
            question = {"how": "certificate", "scopes": [GRAPH_SCOPE], "facts": self.emulator.facts, "clientCertificate": credential}
            return script("msal_node.mjs", question, self.emulator.ca_file)

        given = self.given(sign_in(registered, registered))
        claims = self.emulator.claims(given["accessToken"])
        self.assertEqual((claims["appid"], claims["appidacr"]), (self.emulator.client_id, "2"))
        for name, certificate, key in [("unregistered", other, other), ("another key", registered, other)]:
            with self.subTest(name):
                seen = sign_in(certificate, key)["error"]
                self.assertEqual((seen["errorCode"], str(seen["errorNo"])), ("invalid_client", "700027"), seen)

    def test_with_the_browser(self):
        def sign_in(press):
            facts = self.emulator.facts | {"client_id": COMMAND_LINE_TOOLS}
            question = {"how": "browser", "scopes": ADMIN_SCOPES, "facts": facts, "press": press}
            return script("msal_node.mjs", question, self.emulator.ca_file)

        claims = self.emulator.claims(self.given(sign_in("accept"))["accessToken"])
        self.assertIn("Application.ReadWrite.All", claims["scp"].split())
        self.assertIn("error", sign_in("cancel"))

    def test_declined_code(self):
        emulator = self.another("--device-code", "decline", "--device-interval", "1")
        seen = msal(emulator, "device", ADMIN_SCOPES, client_id=COMMAND_LINE_TOOLS)
        self.assertEqual(seen["error"]["message"], "post_request_failed: authorization_declined", seen)

    def test_untrusted_certificate(self):
        begun = len(self.emulator.log())
        seen = msal(self.emulator, "secret", [GRAPH_SCOPE], trusted=False)
        self.assertEqual(seen["error"]["errorCode"], "endpoints_resolution_error", seen)
        self.assertEqual(len(self.emulator.log()), begun)

    def test_scenarios(self):
        for scenario, code in [("expired-secret", 7000222), ("disabled", 7000112), ("empty", 700016)]:
            with self.subTest(scenario):
                emulator = self.another("--scenario", scenario)
                known = {} if emulator.client_id else {"client_id": NOWHERE, "client_secret": WRONG_SECRET}
                seen = msal(emulator, "secret", [GRAPH_SCOPE], **known)
                self.assertIn(f"AADSTS{code}", seen["error"]["message"], seen)


class Graph(Javascript):
    OPTIONS = ("--users", "250", "--device-interval", "1")

    def test_a_token(self):
        token = self.given(graph(self.emulator, {"do": "token"})[0])
        self.assertEqual(self.emulator.claims(token)["appid"], self.emulator.client_id)
        with self.assertRaises(jwt.InvalidTokenError):
            self.emulator.claims(token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"))

    def test_administrator_with_device_code(self):
        me, presence = map(self.given, graph(self.emulator, get("/me"), get("/me/presence"), device=True, client_id=COMMAND_LINE_TOOLS))
        self.assertEqual(me["id"], self.emulator.claims(self.emulator.admin_token)["oid"])
        self.assertEqual(presence["id"], me["id"])
        # An application has no `/me`.
        self.refused(graph(self.emulator, get("/me"))[0], 400)

    def test_main_workflow(self):
        user = self.emulator.users(20)[19]
        users, before, _, during, many, _, after = map(self.given, graph(self.emulator, *main_job(self.emulator, user)))
        self.assertEqual(len(users["value"]), 1)
        self.assertEqual((during["availability"], during["activity"]), ("Busy", "InACall"))
        self.assertEqual([(each["id"], each["activity"]) for each in many["value"]], [(user, "InACall")])
        self.assertEqual((after["availability"], after["activity"]), (before["availability"], before["activity"]))

    def test_users_are_paged(self):
        users = self.given(graph(self.emulator, {"do": "all", "path": "/users?$select=id,mail&$top=100"})[0])
        self.assertEqual((len(users), len({user["id"] for user in users})), (250, 250))
        self.assertEqual({frozenset(user) for user in users}, {frozenset({"id", "mail"})})

    def test_a_batch(self):
        user = self.emulator.users(1)[0]
        paths = [f"/users/{user}", f"/users/{user}/presence", f"/users/{NOWHERE}", "/applications"]
        parts = self.given(graph(self.emulator, {"do": "batch", "paths": paths})[0])
        self.assertEqual({part["path"]: part["status"] for part in parts}, dict(zip(paths, [200, 200, 404, 403])))

    def test_rejected_requests(self):
        user, session = self.emulator.users(30)[29], self.emulator.client_id
        answers = graph(
            self.emulator,
            set_presence(user, session, "Busy", "Busy"),
            set_presence(user, session, "Busy", "InACall", "PT4M"),
            set_presence(user, session, "Busy", "InACall", "PT4H1M"),
            post(f"/users/{user}/presence/clearPresence", sessionId=session),
            post("/communications/getPresencesByUserId", ids=[user] * 651),
            get(f"/users/{NOWHERE}"),
            get("/applications"),
        )
        for answer, (status, code) in zip(answers, [
            (400, None), (400, None), (400, None), (404, None), (400, None), (404, "Request_ResourceNotFound"),
            (403, "Authorization_RequestDenied"),
        ], strict=True):  # fmt: skip
            self.refused(answer, status, code)

    def test_invalid_tokens(self):
        other = self.another()
        for token in ("no.such.token", other.sign_in()):
            self.refused(graph(self.emulator, get("/users"), token=token)[0], 401, "InvalidAuthenticationToken")

    def test_untrusted_certificate(self):
        token = self.emulator.sign_in()
        begun = len(self.emulator.log())
        answer = graph(self.emulator, get("/users"), trusted=False, token=token)[0]
        self.assertEqual((answer["error"]["message"], answer["error"]["statusCode"]), ("fetch failed", -1), answer)
        self.assertEqual(len(self.emulator.log()), begun)

    def test_rejected_sign_ins(self):
        for other, code in [({"client_secret": WRONG_SECRET}, 7000215), ({"client_id": NOWHERE}, 700016)]:
            with self.subTest(code):
                answer = graph(self.emulator, {"do": "token"}, **other)[0]
                self.assertIn(f"AADSTS{code}", answer["error"]["message"])


class Scenarios(Javascript):
    """Negative controls: the main workflow must fail in other scenarios."""

    def test_scenarios_that_fail(self):
        for scenario, statuses in [
            ("no-consent", [403, 403, 403, 403, 403, 403, 403]),
            ("delegated-only", [403, 403, 403, 403, 403, 403, 403]),
            ("read-only", [None, None, 403, None, None, 403, None]),
            ("excess", [None] * 7),
        ]:
            with self.subTest(scenario):
                emulator = self.another("--scenario", scenario)
                answers = graph(emulator, *main_job(emulator, emulator.users(1)[0]))
                self.assertEqual([answer.get("error", {}).get("statusCode") for answer in answers], statuses, answers)

    def test_throttled(self):
        emulator = self.another("--fault", "throttle=1")
        answer = graph(emulator, get("/users"), token=emulator.admin_token)[0]
        self.refused(answer, 429, "TooManyRequests")
        self.assertGreater(float(answer["error"]["retryAfter"]), 0)

    def test_batch_parts_are_throttled_separately(self):
        emulator = self.another("--fault", "throttle=0.5", "--seed", "1")
        parts = self.given(graph(emulator, {"do": "batch", "paths": ["/users?$top=1"] * 20}, token=emulator.admin_token)[0])
        self.assertEqual({part["status"] for part in parts}, {200, 429})
        for part in parts:
            self.assertEqual("Retry-After" in part["headers"], part["status"] == 429, part)
        logged = emulator.log()[-1]
        self.assertEqual((logged["path"], logged["status"]), ("/v1.0/$batch", 200))
        self.assertEqual(sorted(part["status"] for part in logged["parts"]), sorted(part["status"] for part in parts))

    def test_occasional_throttling(self):
        emulator = self.another("--fault", "throttle=0.3", "--seed", "4")
        for answer in graph(emulator, *[get("/users?$top=1", retries=5)] * 6, token=emulator.admin_token):
            self.given(answer)
        self.assertIn(429, [line["status"] for line in emulator.log()])
