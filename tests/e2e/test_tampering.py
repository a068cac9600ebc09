"""Shows that the client tests detect a wrong emulator: repeats them through a relay that changes the responses."""

import json

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from kiota_abstractions.api_error import APIError
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from emulator import COMMAND_LINE_TOOLS, GRAPH_SCOPE
from graph_sdk import GraphCase
from relay import relay
from test_graph_python import DONE, all_users, main_job
from test_msal_python import administrator, answer_of_device, application

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def unchanged(_, text):
    return text


def other_key(path, text):
    """Signs the tokens with an unpublished key."""
    if not path.endswith("/oauth2/v2.0/token"):
        return text
    answer = json.loads(text)
    for name in {"access_token", "id_token"} & set(answer):
        claims = jwt.decode(answer[name], options={"verify_signature": False})
        answer[name] = jwt.encode(claims, OTHER_KEY, "RS256", jwt.get_unverified_header(answer[name]))
    return json.dumps(answer)


def replaced(old, new):
    return lambda _, text: text.replace(old, new)


class Tampering(GraphCase):
    async def test_unchanged_relay_passes(self):
        """Without a change, everything works through the relay. So the failures below are caused by the changes."""
        with relay(self.emulator, unchanged) as through:
            self.assertEqual(await main_job(through, self.graph(through)), DONE)
            self.assertIn("access_token", answer_of_device(administrator(through))[1])

    async def test_token_with_another_key(self):
        with relay(self.emulator, other_key) as through:
            token = application(through).acquire_token_for_client([GRAPH_SCOPE])["access_token"]
            with self.assertRaises(jwt.InvalidSignatureError):
                self.emulator.claims(token)
            with self.assertRaises(ODataError) as refusal:
                await main_job(through, self.graph(through))
            self.assertEqual(refusal.exception.response_status_code, 401)

    def test_wrong_issuer(self):
        oidc = {"authority": None}
        with relay(self.emulator, replaced('"issuer":"https://localhost', '"issuer":"https://login.example.com')) as through:
            with self.assertRaisesRegex(ValueError, "(?i)issuer"):
                application(through, **oidc, oidc_authority=f"{through.tenant_authority}/v2.0").acquire_token_for_client([GRAPH_SCOPE])

    def test_id_token_with_another_key(self):
        with relay(self.emulator, other_key) as through:
            _, answer = answer_of_device(administrator(through))
            with self.assertRaises(jwt.InvalidSignatureError):
                self.emulator.claims(answer["id_token"], COMMAND_LINE_TOOLS, through.discovery()["issuer"])

    async def test_changed_presence(self):
        with relay(self.emulator, replaced("InACall", "InAMeeting")) as through:
            self.assertNotEqual(await main_job(through, self.graph(through)), DONE)

    async def test_pages_on_another_host(self):
        """The client sends no token to another host."""
        with relay(self.emulator, replaced('"@odata.nextLink":"https://localhost', '"@odata.nextLink":"https://127.0.0.1')) as through:
            begun = len(self.emulator.log())
            with self.assertRaises(APIError) as refusal:
                await all_users(self.as_admin(through), top=10)
            self.assertEqual(refusal.exception.response_status_code, 401)
            self.assertEqual([line["status"] for line in self.emulator.log()[begun:]], [200, 401])
