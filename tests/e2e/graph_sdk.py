"""Azure Identity and the Graph SDK for Python, configured for an emulator."""

import logging
import ssl
import warnings
from datetime import timedelta

import httpx
from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import RetryHandlerOption
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.communications.get_presences_by_user_id.get_presences_by_user_id_post_request_body import (
    GetPresencesByUserIdPostRequestBody,
)
from msgraph.generated.users.item.presence.clear_presence.clear_presence_post_request_body import ClearPresencePostRequestBody
from msgraph.generated.users.item.presence.set_presence.set_presence_post_request_body import SetPresencePostRequestBody
from msgraph.graph_request_adapter import options as THE_SDKS_OWN
from msgraph_core import GraphClientFactory

from emulator import GRAPH_SCOPE, Clients

# It prints errors on standard error and raises them, too.
logging.getLogger("azure.identity").addHandler(logging.NullHandler())


class Ready:
    """A credential with an existing token, such as that of the administrator."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *_, **__):
        return AccessToken(self.token, 2**31 - 1)


def credential(emulator, **other):
    """Returns the credential of the application of the scenario."""
    return ClientSecretCredential(
        other.get("tenant_id", emulator.tenant_id), other.get("client_id", emulator.client_id),
        other.get("client_secret", emulator.client_secret), authority=emulator.authority,
        disable_instance_discovery=True, connection_verify=emulator.ca_file, retry_total=0,
    )  # fmt: skip


class GraphCase(Clients):
    """Tests with the Graph SDK."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(warnings.catch_warnings())
        # The SDK uses its own deprecated classes.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="msgraph")

    def graph(self, emulator=None, who=None, retries=0):
        """Returns a Graph client for `who`, by default the application. The SDK retries only if the test enables it."""
        emulator = emulator or self.emulator
        who = who or credential(emulator)
        trust = ssl.create_default_context(cafile=emulator.ca_file)
        # Like the client of the SDK, which uses HTTP/2 if offered. The SDK does not close a client that it did not create.
        transport = httpx.AsyncHTTPTransport(verify=trust, http2=True)
        self.addAsyncCleanup(transport.aclose)
        self.addCleanup(getattr(who, "close", lambda: None))
        http = GraphClientFactory.create_with_default_middleware(
            client=httpx.AsyncClient(transport=transport, timeout=30),
            options=THE_SDKS_OWN | {RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=retries, should_retry=retries > 0)},
        )
        host = emulator.authority.removeprefix("https://")
        provider = AzureIdentityAuthenticationProvider(
            who, scopes=[GRAPH_SCOPE], allowed_hosts=["localhost", host]
        )
        adapter = GraphRequestAdapter(provider, http)
        adapter.base_url = emulator.graph
        return GraphServiceClient(request_adapter=adapter)

    def as_admin(self, emulator=None, retries=0):
        """Returns a Graph client for the administrator."""
        emulator = emulator or self.emulator
        return self.graph(emulator, Ready(emulator.admin_token), retries)


async def set_presence(client, user, session, availability, activity, minutes=5):
    # The SDK writes durations in the format of Python (`0:05:00`) instead of ISO 8601.
    await client.users.by_user_id(user).presence.set_presence.post(SetPresencePostRequestBody(
        session_id=session, availability=availability, activity=activity, expiration_duration=timedelta(minutes=minutes),
    ))  # fmt: skip


async def clear_presence(client, user, session):
    await client.users.by_user_id(user).presence.clear_presence.post(ClearPresencePostRequestBody(session_id=session))


async def presence(client, user):
    """Returns availability and activity of one user."""
    seen = await client.users.by_user_id(user).presence.get()
    return seen.availability, seen.activity


async def presences(client, ids):
    """Returns availability and activity of many users by object id."""
    seen = await client.communications.get_presences_by_user_id.post(GetPresencesByUserIdPostRequestBody(ids=ids))
    return {each.id: (each.availability, each.activity) for each in seen.value}
