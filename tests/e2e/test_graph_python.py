"""Azure Identity and the Graph SDK for Python read users, read and set presences, and get the documented errors."""

import asyncio
from datetime import timedelta

import httpx
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import DeviceCodeCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.presence_status_message import PresenceStatusMessage
from msgraph.generated.users.item.presence.set_status_message.set_status_message_post_request_body import (
    SetStatusMessagePostRequestBody,
)
from msgraph.generated.users.item.presence.set_user_preferred_presence.set_user_preferred_presence_post_request_body import (
    SetUserPreferredPresencePostRequestBody,
)
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core import PageIterator

from emulator import COMMAND_LINE_TOOLS, GRAPH_SCOPE, NOWHERE, WRONG_SECRET
from graph_sdk import GraphCase, Ready, clear_presence, credential, presence, presences, set_presence


def asked(**parameters):
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(**parameters)
    return RequestConfiguration(query_parameters=query)


async def all_users(client, **parameters):
    """Returns all users from all pages."""
    first = await client.users.get(request_configuration=asked(**parameters))
    found, pages = [], PageIterator(first, client.request_adapter)
    await pages.iterate(lambda user: found.append(user) or True)
    return found


async def main_job(emulator, client):
    """Runs the main workflow: reads users and presences, sets a call and clears it. Fails at the first wrong response."""
    users = [user.id for user in await all_users(client, select=["id", "mail"], top=10)]
    user, session = users[0], emulator.client_id
    before = await presence(client, user)
    seen = [(await presences(client, users))[user] == before]
    await set_presence(client, user, session, "Busy", "InACall")
    seen.append(await presence(client, user))
    seen.append((await presences(client, users))[user])
    await clear_presence(client, user, session)
    seen.append(await presence(client, user) == before)
    return seen


DONE = [True, ("Busy", "InACall"), ("Busy", "InACall"), True]


class Cases(GraphCase):
    async def refused(self, answer, status, code):
        with self.assertRaises(ODataError) as refusal:
            await answer
        problem = refusal.exception
        self.assertEqual((problem.response_status_code, problem.error.code), (status, code), problem.error)
        self.assertTrue(problem.error.message)
        self.assertTrue(problem.error.inner_error.request_id, problem.error)
        self.assertTrue(problem.error.inner_error.date, problem.error)
        return problem


class Graph(Cases):
    OPTIONS = ("--users", "250", "--device-interval", "1")

    async def test_main_workflow(self):
        self.assertEqual(await main_job(self.emulator, self.graph()), DONE)

    async def test_users_are_paged(self):
        client = self.graph()
        begun = len(self.emulator.log())
        users = await all_users(client, select=["id", "displayName", "mail", "userPrincipalName"], top=100)
        self.assertEqual((len(users), len({user.id for user in users})), (250, 250))
        self.assertTrue(all(user.display_name and user.user_principal_name for user in users))
        pages = [line for line in self.emulator.log()[begun:] if line["path"].endswith("/users")]
        self.assertEqual(len(pages), 3, pages)
        self.assertEqual(len((await client.users.get()).value), 100, "the default page")
        found = await all_users(client, filter=f"mail eq '{users[7].mail}'")
        self.assertEqual([user.id for user in found], [users[7].id])
        one = await client.users.by_user_id(users[7].user_principal_name).get()
        self.assertEqual(one.id, users[7].id)

    async def test_members_hidden_by_read_basic(self):
        client = self.graph()
        seen = (await client.users.get(request_configuration=asked(select=["id", "accountEnabled", "mail"], top=1))).value[0]
        self.assertIsNone(seen.account_enabled)
        self.assertTrue(seen.mail)
        hidden = client.users.get(request_configuration=asked(filter="accountEnabled eq true"))
        await self.refused(hidden, 403, "Authorization_RequestDenied")

    async def test_many_presences(self):
        client = self.graph()
        ids = [user.id for user in await all_users(client, select=["id"], top=999)]
        self.assertEqual(set(await presences(client, ids)), set(ids))
        self.assertEqual(set(await presences(client, [*ids[:2], NOWHERE])), set(ids[:2]))
        # Three times the same ids exceed the limit of 650 per request.
        with self.assertRaises(ODataError) as refusal:
            await presences(client, ids * 3)
        self.assertEqual(refusal.exception.response_status_code, 400)

    async def test_rejected_presences(self):
        client, user, session = self.graph(), self.emulator.users(9)[8], self.emulator.client_id
        for name, call, status in [
            ("a pair that may not be set", set_presence(client, user, session, "Busy", "Busy"), 400),
            ("too short", set_presence(client, user, session, "Busy", "InACall", minutes=4), 400),
            ("too long", set_presence(client, user, session, "Busy", "InACall", minutes=241), 400),
            ("no session", set_presence(client, user, "", "Busy", "InACall"), 400),
            ("clear without a session", clear_presence(client, user, session), 404),
            ("no such user", set_presence(client, NOWHERE, session, "Busy", "InACall"), 404),
        ]:
            with self.subTest(name):
                with self.assertRaises(ODataError) as refusal:
                    await call
                self.assertEqual(refusal.exception.response_status_code, status)
        with self.subTest("session of another application"), self.assertRaises(ODataError):
            await set_presence(client, user, NOWHERE, "Busy", "InACall")
        await set_presence(client, user, session, "DoNotDisturb", "Presenting", minutes=240)
        self.assertEqual(await presence(client, user), ("DoNotDisturb", "Presenting"))

    async def test_preferred_presence_overrides_sessions(self):
        client, user, session = self.graph(), self.emulator.users(12)[11], self.emulator.client_id
        of_user = client.users.by_user_id(user).presence
        preferred = SetUserPreferredPresencePostRequestBody(
            availability="BeRightBack", activity="BeRightBack", expiration_duration=timedelta(hours=8)
        )
        await of_user.set_user_preferred_presence.post(preferred)
        self.assertEqual(await presence(client, user), ("Offline", "Offline"), "the user has no session")
        await set_presence(client, user, session, "Busy", "InACall")
        self.assertEqual(await presence(client, user), ("BeRightBack", "BeRightBack"))
        await of_user.clear_user_preferred_presence.post()
        self.assertEqual(await presence(client, user), ("Busy", "InACall"))
        text = ItemBody(content="at the Käthe-Kollwitz-Platz", content_type=BodyType.Text)
        until = DateTimeTimeZone(date_time="2099-01-01T00:00:00", time_zone="UTC")
        message = PresenceStatusMessage(message=text, expiry_date_time=until)
        await of_user.set_status_message.post(SetStatusMessagePostRequestBody(status_message=message))
        self.assertEqual((await of_user.get()).status_message.message.content, text.content)

    async def test_administrator_with_device_code(self):
        emulator, shown = self.emulator, []
        who = DeviceCodeCredential(
            COMMAND_LINE_TOOLS, tenant_id=emulator.tenant_id, authority=emulator.authority, disable_instance_discovery=True,
            connection_verify=emulator.ca_file, prompt_callback=lambda *code: shown.append(code),
        )  # fmt: skip
        client = self.graph(who=who)
        me = await client.me.get()
        self.assertEqual(me.id, emulator.claims(emulator.admin_token)["oid"])
        self.assertEqual(len(shown), 1)
        self.assertEqual((await client.me.presence.get()).id, me.id)
        # An application has no `/me`.
        with self.assertRaises(ODataError) as refusal:
            await self.graph().me.get()
        self.assertEqual(refusal.exception.response_status_code, 400)

    async def test_unknown_user(self):
        await self.refused(self.graph().users.by_user_id(NOWHERE).get(), 404, "Request_ResourceNotFound")

    async def test_application_cannot_provision(self):
        await self.refused(self.graph().applications.get(), 403, "Authorization_RequestDenied")

    async def test_invalid_token(self):
        await self.refused(self.graph(who=Ready("no.such.token")).users.get(), 401, "InvalidAuthenticationToken")

    async def test_untrusted_certificate(self):
        client = self.graph(self.another(), Ready(self.emulator.sign_in()))
        client.request_adapter.base_url = self.emulator.graph
        with self.assertRaisesRegex(httpx.ConnectError, "(?i)certificate verify failed"):
            await client.users.get()

    def test_rejected_sign_ins(self):
        for name, other, code in [
            ("wrong secret", {"client_secret": WRONG_SECRET}, 7000215),
            ("no such application", {"client_id": NOWHERE}, 700016),
        ]:
            with self.subTest(name), self.assertRaisesRegex(ClientAuthenticationError, f"AADSTS{code}"):
                credential(self.emulator, **other).get_token(GRAPH_SCOPE)
        with self.assertRaises((ClientAuthenticationError, ValueError)):
            credential(self.emulator, tenant_id=NOWHERE).get_token(GRAPH_SCOPE)


class Scenarios(Cases):
    """Negative controls: in an incorrect tenant, the main workflow fails at the expected step."""

    async def test_no_grant(self):
        for scenario in ("no-consent", "delegated-only"):
            with self.subTest(scenario):
                emulator = self.another("--scenario", scenario)
                await self.refused(main_job(emulator, self.graph(emulator)), 403, "Authorization_RequestDenied")

    async def test_read_only(self):
        emulator = self.another("--scenario", "read-only")
        problem = await self.refused(main_job(emulator, self.graph(emulator)), 403, "Forbidden")
        self.assertEqual(problem.response_status_code, 403)
        self.assertEqual([line["path"].split("/")[-1] for line in emulator.log()][-1], "setPresence")

    async def test_scenarios_that_work(self):
        for scenario in ("excess", "expiring-secret", "user-mismatch"):
            with self.subTest(scenario):
                emulator = self.another("--scenario", scenario)
                self.assertEqual(await main_job(emulator, self.graph(emulator)), DONE)

    async def test_sign_in_rejected(self):
        for scenario, code in [("expired-secret", 7000222), ("disabled", 7000112)]:
            with self.subTest(scenario):
                emulator = self.another("--scenario", scenario)
                with self.assertRaisesRegex(ClientAuthenticationError, f"AADSTS{code}"):
                    await main_job(emulator, self.graph(emulator))


class Faults(Cases):
    async def test_throttled(self):
        emulator = self.another("--fault", "throttle=1")
        client = self.as_admin(emulator)
        problem = await self.refused(client.users.get(), 429, "TooManyRequests")
        self.assertGreater(float(problem.response_headers["retry-after"]), 0)

    async def test_occasional_throttling(self):
        """With the retries of the SDK, every call succeeds."""
        emulator = self.another("--fault", "throttle=0.3", "--seed", "4")
        client = self.as_admin(emulator, retries=3)
        answers = await asyncio.gather(*(client.users.get() for _ in range(6)))
        self.assertTrue(all(answer.value for answer in answers))
        self.assertIn(429, [line["status"] for line in emulator.log()])

    async def test_html_instead_of_json(self):
        emulator = self.another("--fault", "html-body=1")
        with self.assertRaises(APIError) as refusal:
            await self.as_admin(emulator).users.get()
        self.assertEqual(refusal.exception.response_status_code, 502)

    async def test_slow(self):
        emulator = self.another("--fault", "slow=300")
        client = self.as_admin(emulator)
        client.request_adapter._http_client.timeout = httpx.Timeout(0.05, connect=30)
        with self.assertRaises(httpx.ReadTimeout):
            await client.users.get()
        client.request_adapter._http_client.timeout = httpx.Timeout(30)
        self.assertTrue((await client.users.get()).value)

    async def test_dropped_response(self):
        """The connection ends without a response, and the log has the response."""
        emulator = self.another("--fault", "drop-reply=1")
        with self.assertRaises(httpx.RemoteProtocolError):
            await self.as_admin(emulator).users.get()
        last = emulator.log()[-1]
        self.assertEqual((last["path"], last["status"], last["fault"]), ("/v1.0/users", 200, "drop-reply"))
