"""Tests the emulated gateway against its contract with third-party validators, and its event stream with a plain client."""

import json
import unittest

import requests
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from common import TOOLS, Case, ours, run
from emulator import Emulator

# Checks of each response: status, media type and format match the contract, and requests without the token are rejected.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
# The stream does not end, so another test reads it.
EVENTS = "/v1/events"
# Values that exist in the emulator. With generated values alone, all requests would be rejected.
KNOWN = """
[parameters]
"path.id" = "1001"
"query.after" = "0"
"""
# Responses that must occur, so that the result is meaningful.
SEEN = [
    ("GET", "capabilities", 200), ("GET", "capabilities", 401), ("GET", "users", 200), ("GET", "users", 401),
    ("GET", "statuses", 200), ("GET", "statuses", 401), ("GET", "statuses", 410),
    ("PUT", "status", 200), ("PUT", "status", 401), ("PUT", "status", 422),
]  # fmt: skip
PATIENCE = 30


def contract():
    return json.loads(ours("schema", "--for", "gateway").stdout)


class Contract(Case):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator("--seed", "1")
        cls.emulator.__enter__()
        cls.addClassCleanup(cls.emulator.__exit__, None, None, None)

    def held_to(self, document):
        """Runs schemathesis with the running gateway and this document."""
        config = self.write("schemathesis.toml", KNOWN)
        return run(
            TOOLS / "schemathesis", "--config-file", config, "run", self.write("contract.json", json.dumps(document)),
            "--url", self.emulator.gateway, "--tls-verify", self.emulator.ca_file, "--exclude-path", EVENTS,
            "--header", f"Authorization: Bearer {self.emulator.gateway_token}", "--checks", CHECKS, "--seed", "1",
            "--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--no-color",
            folder=self.folder,
        )  # fmt: skip

    def test_contract_is_valid_openapi(self):
        validate(contract())
        broken = contract()
        del broken["info"]["title"]
        with self.assertRaises(OpenAPIValidationError):
            validate(broken)

    def test_emulated_gateway_matches_the_contract(self):
        self.passes(self.held_to(contract()))
        seen = {(line["method"], line["path"].rpartition("/")[2], line["status"]) for line in self.emulator.log()}
        for met in SEEN:
            self.assertIn(met, seen, "the contract was held to less than it says")

    def test_other_contract_is_violated(self):
        other = contract()
        other["components"]["schemas"]["UserStatus"]["properties"]["inCall"] = {"type": "string"}
        self.refuses(self.held_to(other), "Response violates schema")


class Events(unittest.TestCase):
    """Server-sent events as in the HTML standard, read line by line."""

    def stream(self, emulator, session, after=None):
        headers = {"Authorization": f"Bearer {emulator.gateway_token}"} | ({"Last-Event-ID": after} if after else {})
        return session.get(
            emulator.gateway + EVENTS, headers=headers, verify=emulator.ca_file, stream=True, timeout=PATIENCE
        )

    def events(self, answer):
        """Yields the events of a stream on arrival, each as its fields."""
        fields = {}
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                yield fields
                fields = {}

    def test_events_are_streamed_and_resumed(self):
        with Emulator("--load", "20", "--seed", "1") as emulator, requests.Session() as session:
            session.trust_env = False
            with self.stream(emulator, session) as answer:
                self.assertEqual(answer.headers["Content-Type"], "text/event-stream")
                events = self.events(answer)
                first = [next(events) for _ in range(6)]
            for event in first:
                self.assertEqual((set(event), event["event"]), ({"id", "event", "data"}, "status"))
                data = json.loads(event["data"])
                self.assertEqual(set(data), {"id", "status", "inCall", "sequence"})
                self.assertEqual(data["inCall"], data["status"] == "Speaking")
            with self.stream(emulator, session, first[2]["id"]) as answer:
                events = self.events(answer)
                self.assertEqual([next(events) for _ in range(3)], first[3:])
            for foreign in ("0.1", first[0]["id"] + "0000000"):
                with self.stream(emulator, session, foreign) as answer:
                    self.assertEqual(answer.status_code, 410)
                    self.assertEqual(answer.headers["Content-Type"], "application/problem+json")


if __name__ == "__main__":
    unittest.main()
