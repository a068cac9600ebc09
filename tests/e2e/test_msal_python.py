"""MSAL for Python signs in at the emulator, as the application and as the administrator."""

import base64
import json
import time

import jwt
import msal
from cryptography.hazmat.primitives.asymmetric import rsa

from emulator import AZURE_CLI, COMMAND_LINE_TOOLS, GRAPH_SCOPE, NOWHERE, WRONG_SECRET, Clients

ADMIN_SCOPES = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "User.Read"]


def application(emulator, **other):
    """Returns MSAL for the application of the scenario."""
    wanted = {
        "client_id": emulator.client_id, "client_credential": emulator.client_secret,
        "authority": emulator.tenant_authority, "instance_discovery": False, "verify": emulator.ca_file,
    }  # fmt: skip
    wanted |= other
    return msal.ConfidentialClientApplication(**{name: value for name, value in wanted.items() if value is not None})


def administrator(emulator, **other):
    """Returns MSAL for a tool that administrators use to sign in."""
    wanted = {"client_id": COMMAND_LINE_TOOLS, "authority": emulator.tenant_authority, "instance_discovery": False}
    return msal.PublicClientApplication(**(wanted | {"verify": emulator.ca_file} | other))


def answer_of_device(client, scopes=ADMIN_SCOPES, polled=0):
    """Signs in with a device code. MSAL reads the poll interval from the flow, so the test can shorten it."""
    flow = client.initiate_device_flow(scopes)
    assert "user_code" in flow, flow
    return flow, client.acquire_token_by_device_flow(flow | {"interval": polled})


def tampered(token, **claims):
    """Returns the token with other claims and the old signature."""
    head, _, signature = token.split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


def forged(token):
    """Returns a token with the same claims and key id, signed with another key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, key, algorithm="RS256", headers=jwt.get_unverified_header(token))


class SignIn(Clients):
    def signed_in(self, answer):
        self.assertIn("access_token", answer, answer)
        return answer["access_token"]

    def refused(self, answer, error, code):
        self.assertNotIn("access_token", answer)
        self.assertEqual((answer["error"], answer["error_codes"]), (error, [code]), answer)
        self.assertTrue(answer["error_description"].startswith(f"AADSTS{code}: "), answer["error_description"])

    def test_with_a_secret(self):
        emulator = self.emulator
        oidc = {"authority": None, "oidc_authority": f"{emulator.tenant_authority}/v2.0"}
        for name, other in {"authority": {}, "oidc_authority": oidc}.items():
            for scope in (GRAPH_SCOPE, f"{emulator.authority}/.default"):
                with self.subTest(f"{name}, {scope}"):
                    client = application(emulator, **other)
                    answer = client.acquire_token_for_client([scope])
                    claims = emulator.claims(self.signed_in(answer), scope.removesuffix("/.default"))
                    self.assertEqual(answer["token_type"], "Bearer")
                    self.assertEqual((claims["appid"], claims["tid"]), (emulator.client_id, emulator.tenant_id))
                    self.assertEqual(claims["oid"], claims["sub"])
                    self.assertEqual(sorted(claims["roles"]), ["Presence.ReadWrite.All", "User.ReadBasic.All"])
                    self.assertEqual((claims["ver"], claims["appidacr"]), ("1.0", "1"))
                    self.assertNotIn("scp", claims)
                    self.assertNotIn("refresh_token", answer)
                    again = client.acquire_token_for_client([scope])
                    self.assertEqual((again["token_source"], again["access_token"]), ("cache", answer["access_token"]))

    def test_errors_are_distinguished(self):
        emulator = self.emulator
        other_resource = "https://vault.azure.net/.default"
        for name, other, scope, error, code in [
            ("wrong secret", {"client_credential": WRONG_SECRET}, GRAPH_SCOPE, "invalid_client", 7000215),
            ("id of a secret", {"client_credential": NOWHERE}, GRAPH_SCOPE, "invalid_client", 7000215),
            ("no secret", {"client_credential": None}, GRAPH_SCOPE, "invalid_client", 7000218),
            ("no such application", {"client_id": NOWHERE}, GRAPH_SCOPE, "unauthorized_client", 700016),
            ("a plain scope", {}, "https://graph.microsoft.com/User.Read", "invalid_scope", 1002012),
            ("an unknown resource", {}, other_resource, "invalid_resource", 500011),
        ]:  # fmt: skip
            with self.subTest(name):
                self.refused(application(emulator, **other).acquire_token_for_client([scope]), error, code)

    def test_unknown_tenant(self):
        for tenant, code in [(NOWHERE, 90002), ("not a tenant", 900023)]:
            with self.subTest(tenant):
                # MSAL requests the discovery document first, and reports its own error if it is missing.
                with self.assertRaisesRegex(ValueError, "Unable to get authority configuration|AADSTS"):
                    application(self.emulator, authority=f"{self.emulator.authority}/{tenant}").acquire_token_for_client([GRAPH_SCOPE])
                answer = self.emulator.ask("GET", f"{self.emulator.authority}/{tenant}/v2.0/.well-known/openid-configuration")
                self.assertEqual((answer.status_code, answer.json()["error_codes"]), (400, [code]))

    def test_device_code_and_refresh(self):
        emulator, client = self.emulator, administrator(self.emulator)
        begun = len(emulator.log())
        flow, answer = answer_of_device(client)
        self.assertEqual((flow["interval"], flow["expires_in"]), (5, 900))
        claims = emulator.claims(self.signed_in(answer))
        self.assertLessEqual(set(ADMIN_SCOPES), set(claims["scp"].split()))
        self.assertNotIn("roles", claims)
        # MSAL does not verify the id token; the application must do it.
        identity = emulator.claims(answer["id_token"], COMMAND_LINE_TOOLS, emulator.discovery()["issuer"])
        self.assertEqual((identity["tid"], identity["oid"]), (emulator.tenant_id, claims["oid"]))
        self.assertEqual(identity, answer["id_token_claims"])
        self.assertEqual(client.get_accounts()[0]["username"], identity["preferred_username"])
        polls = [line["status"] for line in emulator.log()[begun:] if line["path"].endswith("/token")]
        self.assertEqual(polls, [400, 200], "one answer that it is pending, then the token")

        account = client.get_accounts()[0]
        self.assertEqual(account["home_account_id"], f"{claims['oid']}.{emulator.tenant_id}")
        kept = client.acquire_token_silent_with_error(ADMIN_SCOPES, account)
        self.assertEqual((kept["token_source"], kept["access_token"]), ("cache", answer["access_token"]))
        fresh = client.acquire_token_silent_with_error(ADMIN_SCOPES, account, force_refresh=True)
        self.assertEqual(fresh["token_source"], "identity_provider", fresh)
        self.assertEqual(emulator.claims(fresh["access_token"])["oid"], claims["oid"])
        self.assertEqual(emulator.ask("GET", "/organization", fresh["access_token"]).status_code, 200)

    def test_other_names_of_the_tenant(self):
        emulator = self.emulator
        domains = emulator.ask("GET", "/domains", emulator.admin_token).json()["value"]
        domain = next(each["id"] for each in domains if each["isDefault"])
        answer = application(emulator, authority=f"{emulator.authority}/{domain}").acquire_token_for_client([GRAPH_SCOPE])
        self.assertEqual(emulator.claims(self.signed_in(answer))["tid"], emulator.tenant_id)
        # A user can sign in without naming a tenant; an application cannot.
        for place in ("common", "organizations"):
            with self.subTest(place):
                _, answer = answer_of_device(administrator(emulator, authority=f"{emulator.authority}/{place}"))
                self.assertEqual(emulator.claims(self.signed_in(answer))["tid"], emulator.tenant_id)
        with self.assertWarnsRegex(DeprecationWarning, "/common"):
            answer = application(emulator, authority=f"{emulator.authority}/common").acquire_token_for_client([GRAPH_SCOPE])
        self.refused(answer, "invalid_request", 9001023)

    def test_scopes_that_azure_cli_cannot_request(self):
        client = administrator(self.emulator, client_id=AZURE_CLI)
        self.signed_in(answer_of_device(client)[1])
        self.refused(answer_of_device(client, ["Policy.Read.All"])[1], "invalid_grant", 65002)

    def test_invalid_refresh_token(self):
        answer = administrator(self.emulator).acquire_token_by_refresh_token("no such token", ADMIN_SCOPES)
        self.assertEqual(answer["error"], "invalid_grant", answer)

    def test_invalid_device_code(self):
        client = administrator(self.emulator)
        flow = client.initiate_device_flow(ADMIN_SCOPES)
        answer = client.acquire_token_by_device_flow(flow | {"device_code": "no such code", "interval": 0})
        self.assertEqual(answer["error"], "bad_verification_code", answer)

    def test_device_code_for_a_confidential_client(self):
        flow = administrator(self.emulator, client_id=NOWHERE).initiate_device_flow(ADMIN_SCOPES)
        self.assertEqual((flow["error"], flow["error_codes"]), ("unauthorized_client", [700016]), flow)

    def test_tokens_of_another_client(self):
        """Negative control for all accepted tokens."""
        emulator, other = self.emulator, self.another()
        good = emulator.sign_in()
        claims = emulator.claims(good)
        later = tampered(good, **(claims | {"exp": int(time.time()) + 86_400}))
        roles = tampered(good, **(claims | {"roles": ["Directory.ReadWrite.All"]}))
        unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": jwt.get_unverified_header(good)["kid"]})
        for name, token in {"later": later, "more roles": roles, "forged": forged(good), "unsigned": unsigned}.items():
            with self.subTest(name):
                with self.assertRaises(jwt.InvalidTokenError):
                    emulator.claims(token)
                self.turned_away(emulator, token)
        for wrong in ({"audience": "https://graph.microsoft.us"}, {"issuer": "https://sts.windows.net/"}):
            with self.assertRaises(jwt.InvalidTokenError):
                emulator.claims(good, **wrong)
        # Another run has another key, even for the same tenant.
        with self.subTest("another emulator's"):
            with self.assertRaises((jwt.InvalidTokenError, KeyError)):
                other.claims(good)
            self.turned_away(other, good)
        self.assertEqual(emulator.ask("GET", "/users?$top=1", good).status_code, 200)

    def turned_away(self, emulator, token):
        answer = emulator.ask("GET", "/users?$top=1", token)
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (401, "InvalidAuthenticationToken"))
        self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Bearer"), answer.headers)

    def test_untrusted_certificate(self):
        with self.assertRaisesRegex(Exception, "(?i)certificate verify failed"):
            application(self.emulator, verify=True).acquire_token_for_client([GRAPH_SCOPE])
        with self.assertRaisesRegex(Exception, "(?i)certificate verify failed"):
            application(self.emulator, verify=self.another().ca_file).acquire_token_for_client([GRAPH_SCOPE])


class Scenarios(Clients):
    """The sign-in in all scenarios in which it fails."""

    def refused(self, scenario, error, code, **other):
        with self.subTest(scenario):
            answer = application(self.another("--scenario", scenario), **other).acquire_token_for_client([GRAPH_SCOPE])
            self.assertEqual((answer.get("error"), answer.get("error_codes")), (error, [code]), answer)

    def test_application_errors(self):
        self.refused("expired-secret", "invalid_client", 7000222)
        self.refused("disabled", "unauthorized_client", 7000112)
        self.refused("empty", "unauthorized_client", 700016, client_id=NOWHERE, client_credential="x")

    def test_missing_grant(self):
        for scenario, expected in [
            ("no-consent", None),
            ("delegated-only", None),
            ("read-only", ["Presence.Read.All", "User.ReadBasic.All"]),
        ]:
            with self.subTest(scenario):
                emulator = self.another("--scenario", scenario)
                claims = emulator.claims(application(emulator).acquire_token_for_client([GRAPH_SCOPE])["access_token"])
                self.assertEqual(sorted(claims["roles"]) if "roles" in claims else None, expected)
                self.assertEqual(claims["idtyp"], "app")

    def test_wrong_clock(self):
        """PyJWT rejects tokens from the future and the past. MSAL accepts both, because it reads only their lifetime."""
        for skew, problem in [(3600, jwt.ImmatureSignatureError), (-7200, jwt.ExpiredSignatureError)]:
            with self.subTest(skew):
                emulator = self.another("--fault", f"clock-skew={skew}")
                answer = application(emulator).acquire_token_for_client([GRAPH_SCOPE])
                with self.assertRaises(problem):
                    emulator.claims(answer["access_token"])

    def test_declined_and_expired_codes(self):
        for what, error in [("decline", "authorization_declined"), ("expire", "expired_token")]:
            with self.subTest(what):
                _, answer = answer_of_device(administrator(self.another("--device-code", what)))
                self.assertEqual(answer["error"], error, answer)
