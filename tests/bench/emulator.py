"""How fast a large emulated tenant tells the presences of many users, and how much memory it takes meanwhile."""

import json
import signal
import ssl
import statistics
import subprocess
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path


class Emulator:
    """The program's `emulate` while it is needed, called over HTTPS as by any client."""

    def __init__(self, program, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="swyx-teams-bench-")
        self.log = Path(self.folder.name) / "log"
        command = [program, "emulate", "--listen", "127.0.0.1:0", "--log", self.log, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.facts = json.loads(self.process.stdout.readline())
        self.context = ssl.create_default_context(cafile=self.facts["ca_file"])
        form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default",
                "client_id": self.facts["client_id"], "client_secret": self.facts["client_secret"]}
        url = f"{self.facts['authority']}/{self.facts['tenant_id']}/oauth2/v2.0/token"
        self.token = self.call(urllib.request.Request(url, urllib.parse.urlencode(form).encode()))["access_token"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.folder.cleanup()

    def call(self, request):
        with urllib.request.urlopen(request, context=self.context) as answer:
            return json.load(answer)

    def graph(self, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return self.call(urllib.request.Request(self.facts["graph"] + path, data, headers))

    def peak(self):
        """The most memory that it has had so far, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024


def measure(program, users=100_000, ids=650, rounds=101):
    """The median of the milliseconds in which it answers, by its own log, and its peak of memory in bytes."""
    with Emulator(program, "--users", str(users)) as emulator:
        asked = [user["id"] for user in emulator.graph(f"/users?$top={ids}&$select=id")["value"]]
        for _ in range(rounds):
            found = emulator.graph("/communications/getPresencesByUserId", {"ids": asked})["value"]
            if [presence["id"] for presence in found] != asked:
                raise SystemExit("a presence is missing")
        lines = [json.loads(line) for line in emulator.log.read_text().splitlines()]
        times = [line["ms"] for line in lines if line["path"].endswith("/getPresencesByUserId")]
        return statistics.median(times), emulator.peak()
