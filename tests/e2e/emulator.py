"""Starts and stops the emulator, and sends requests to it over HTTPS, for tests with third-party clients."""

import asyncio
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

import jwt
import requests

from common import PROGRAM, environment

GRAPH_SCOPE = "https://graph.microsoft.com/.default"
# The public clients of Microsoft, Graph Command Line Tools and Azure CLI:
# https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
COMMAND_LINE_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
# An unknown id, and an invalid secret with a valid format.
NOWHERE = "5d2f8b1c-93e6-4f0a-a7d4-1c6e8b3f9052"
WRONG_SECRET = "abc8Q~wrong.wrong.wrong.wrong.wrong.wron"
# Variables that make these clients use another address or certificate than the test.
THEIRS = ("_PROXY", "_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "AZURE_", "MSAL_")
MEMBERS = {
    "authority", "graph", "gateway", "ca_file", "tenant_id", "client_id", "client_secret", "admin_token", "gateway_token",
}  # fmt: skip
# Seconds. Only detects a hang, so it also fits slow machines.
START, END = 60, 10


def plain_environment():
    """Returns the environment of this process without variables that redirect clients."""
    return {name: value for name, value in os.environ.items() if not any(word in name.upper() for word in THEIRS)}


class Emulator:
    """One run of `swyx-teams emulate`. Its facts are attributes, such as `emulator.tenant_id`."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="swyx-teams-e2e-"))
        self.log_file = self.folder / "log.jsonl"
        words = [PROGRAM, "emulate", "--listen", "127.0.0.1:0", "--log", self.log_file, *self.options]
        with open(self.folder / "stderr", "w", encoding="utf-8") as said:
            self.process = subprocess.Popen(
                [str(word) for word in words], env=environment(), stdout=subprocess.PIPE, stderr=said, encoding="utf-8"
            )
        lines = queue.Queue()
        threading.Thread(target=lambda: lines.put(self.process.stdout.readline()), daemon=True).start()
        try:
            self.facts = json.loads(lines.get(timeout=START))
        except (queue.Empty, json.JSONDecodeError) as problem:
            self.process.kill()
            self.process.communicate()
            raise AssertionError(f"the emulator did not get ready: {self.said()}") from problem
        assert set(self.facts) == MEMBERS, sorted(self.facts)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            code = self.process.wait(timeout=END)
            said, own = self.said() + self.log_text(), Path(self.ca_file).parent
            assert code == 0, (code, said)
            assert (more := self.process.stdout.read()) == "", more
            assert not own.exists(), f"{own} was left behind"
            for name in ("client_secret", "admin_token", "gateway_token"):
                # A tenant without the application has no secret.
                assert not (secret := self.facts[name]) or secret not in said, f"{name} was logged"
            assert "eyJ" not in said, "a token was logged"
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
            shutil.rmtree(self.folder)

    def __getattr__(self, name):
        try:
            return self.__dict__["facts"][name]
        except KeyError:
            raise AttributeError(name) from None

    def said(self):
        """Returns its output on standard error."""
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def log_text(self):
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    def log(self):
        """Returns the requests so far, oldest first."""
        return [json.loads(line) for line in self.log_text().splitlines()]

    @property
    def address(self):
        """Returns its host and port in the format of `--trust`."""
        return self.authority.removeprefix("https://")

    @property
    def tenant_authority(self):
        return f"{self.authority}/{self.tenant_id}"

    def ask(self, method, url, token=None, **more):
        """Sends one request without a client library. `url` can be a path after the version of Graph."""
        headers = more.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method, url if "://" in url else self.graph + url, headers=headers, verify=self.ca_file, timeout=30, **more
            )

    def discovery(self, tenant=None):
        answer = self.ask("GET", f"{self.authority}/{tenant or self.tenant_id}/v2.0/.well-known/openid-configuration")
        answer.raise_for_status()
        return answer.json()

    def key_of(self, token):
        """Returns the published key that a token names."""
        wanted = jwt.get_unverified_header(token)["kid"]
        keys = jwt.PyJWKSet.from_dict(self.ask("GET", self.discovery()["jwks_uri"]).json())
        return keys[wanted].key

    def claims(self, token, audience="https://graph.microsoft.com", issuer=None):
        """Verifies a token against the published keys and returns its claims, or raises `jwt.InvalidTokenError`."""
        return jwt.decode(
            token, self.key_of(token), algorithms=["RS256"], audience=audience,
            issuer=issuer or f"https://sts.windows.net/{self.tenant_id}/",
            options={"require": ["aud", "iss", "iat", "nbf", "exp", "sub", "oid", "tid"]},
        )  # fmt: skip

    def form(self, path, **fields):
        """Posts a form to an address of Entra ID."""
        return self.ask("POST", f"{self.tenant_authority}/{path}", data=fields)

    def sign_in(self, secret=None, client_id=None):
        """Returns an access token of the application, without a client library."""
        answer = self.form(
            "oauth2/v2.0/token", grant_type="client_credentials", scope=GRAPH_SCOPE,
            client_id=client_id or self.client_id, client_secret=secret or self.client_secret,
        )  # fmt: skip
        answer.raise_for_status()
        return answer.json()["access_token"]

    def users(self, count=3):
        """Returns object ids of some users, read as the administrator."""
        answer = self.ask("GET", f"/users?$select=id&$top={count}", self.admin_token)
        answer.raise_for_status()
        return [user["id"] for user in answer.json()["value"]]


class Clients(unittest.IsolatedAsyncioTestCase):
    """Tests that share one emulator, in an environment without other addresses."""

    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(mock.patch.dict(os.environ, plain_environment(), clear=True))
        cls.emulator = cls.enterClassContext(Emulator(*cls.OPTIONS))

    async def asyncSetUp(self):
        # The test loop reports all calls longer than 0.1 s, and each start of an emulator takes longer.
        asyncio.get_running_loop().slow_callback_duration = START

    def another(self, *options):
        """Starts an emulator for one test."""
        return self.enterContext(Emulator(*options))
