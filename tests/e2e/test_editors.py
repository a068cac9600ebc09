"""Tests the completions and documentation that TOML language servers offer with the schema for editors."""

import json
import subprocess
import time
import unittest

from common import CLIENT, TENANT, TOOLS, Case, environment, ours

LIMIT = 60  # seconds; only detects a hang
HOVER, COMPLETION = "textDocument/hover", "textDocument/completion"
TEXT = f"""\
#:schema ./swyx-teams.schema.json

[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{TENANT}"
MsTeamsClientId = "{CLIENT}"

[entra]
cloud = ""

[sync.status]

"""
# Line and character numbers, from 0.
AT_CLOUD, AT_KEY, AT_STATUS = (8, 9), (9, 0), (11, 0)


class Server:
    """A language server with one settings file open."""

    def __init__(self, folder, *command):
        self.folder, self.number = folder, 0
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def received(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            if not line and self.process.poll() is not None:
                raise AssertionError("the server has ended")
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, **params):
        """Sends a request, and answers requests of the server in the meantime."""
        self.number += 1
        self.send(id=self.number, method=method, params=params)
        while True:
            message = self.received()
            if "method" in message and "id" in message:
                wanted = message.get("params") or {}
                self.send(id=message["id"], result=[None for _ in wanted.get("items", [])] or None)
            elif message.get("id") == self.number:
                return message.get("result")

    def open(self, text):
        root = self.folder.as_uri()
        self.ask("initialize", processId=None, rootUri=root, capabilities={}, workspaceFolders=[{"uri": root, "name": "it"}])
        self.send(method="initialized", params={})
        self.uri = f"{root}/settings.toml"
        document = {"uri": self.uri, "languageId": "toml", "version": 1, "text": text}
        self.send(method="textDocument/didOpen", params={"textDocument": document})

    def at(self, method, line, character):
        return self.ask(method, textDocument={"uri": self.uri}, position={"line": line, "character": character})

    def close(self):
        self.process.kill()
        self.process.communicate()


class Tombi(Case):
    """Tests tombi. The taplo package has no language server; test_schema.py tests its checks."""

    def server(self, schema):
        self.write("settings.toml", TEXT)
        self.write("swyx-teams.schema.json", schema)
        server = Server(self.folder, TOOLS / "tombi", "lsp", "--offline")
        self.addCleanup(server.close)
        server.open(TEXT)
        # It already answers while it reads the schema.
        until = time.monotonic() + LIMIT
        while not self.labels(server, *AT_CLOUD) and time.monotonic() < until:
            pass
        return server

    def labels(self, server, line, character):
        return [offer["label"].strip('"') for offer in server.at(COMPLETION, line, character) or []]

    def test_values_keys_and_documentation(self):
        server = self.server(ours("schema", "--for", "taplo").stdout)
        self.assertEqual(self.labels(server, *AT_CLOUD)[:4], ["global", "us_gov_l4", "us_gov_l5", "china"])
        keys = self.labels(server, *AT_KEY)
        self.assertTrue({"application_name", "secret_lifetime_days", "proxy"} <= set(keys), keys)
        self.assertTrue({"Busy/InAMeeting", "Offline/OffWork"} <= set(self.labels(server, *AT_STATUS)))
        hint = server.at(HOVER, 3, 4)["contents"]["value"]
        self.assertIn("The direction of the synchronisation.", hint)

    def test_pairs_are_offered_only_by_the_taplo_schema(self):
        self.assertNotIn("Busy/InAMeeting", self.labels(self.server(ours("schema").stdout), *AT_STATUS))


if __name__ == "__main__":
    unittest.main()
