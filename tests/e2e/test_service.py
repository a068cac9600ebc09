"""Checks the unit of `service install` with systemd."""

import shutil

from common import CLIENT, PROGRAM, TENANT, Case, ours, run

FOLDER = "/run/credentials/swyx-teams.service"
SETTINGS = f"""\
[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{TENANT}"
MsTeamsClientId = "{CLIENT}"
MsTeamsClientSecret = {{ file = "{FOLDER}/a.secret" }}

[swyx]
gateway = "https://swyx.example.com:9180"
gateway_token = {{ file = "{FOLDER}/a.token" }}
"""


class Unit(Case):
    def setUp(self):
        super().setUp()
        # Where it is missing, nothing was checked, so the test fails.
        self.assertIsNotNone(shutil.which("systemd-analyze"), "install the package systemd")

    def verify(self, text):
        """Returns what systemd finds."""
        path = self.write("swyx-teams.service", text)
        done = run("systemd-analyze", "verify", "--man=no", path)
        return done.stdout + done.stderr

    def printed(self, *more):
        # The unit hides /tmp, so the settings are elsewhere.
        folder = PROGRAM.parent / "service test 100%"
        folder.mkdir(exist_ok=True)
        try:
            (folder / "a.toml").write_text(SETTINGS, encoding="utf-8")
            secrets = [word for name in ("a.secret", "a.token") for word in ("--credential", f"{name}:/etc/50% keys/{name}")]
            done = ours("service", "install", "--print", folder / "a.toml", "--yes", *secrets, *more)
        finally:
            shutil.rmtree(folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_systemd_accepts_the_unit(self):
        text = self.printed("--metrics", "127.0.0.1:9464", "--log-format", "json")
        self.assertIn("LoadCredential=a.secret:/etc/50%% keys/a.secret\n", text)
        self.assertIn('service test 100%%/a.toml" --trust=swyx.example.com:9180 ', text)
        self.assertEqual(self.verify(text), "")

    def test_faults_are_found(self):
        text = self.printed()
        for good, bad, told in [
            ("LimitCORE=", "LimitCOREX=", "LimitCOREX"),
            ("Type=notify", "Type=notified", "notified"),
            ("ExecStart=/", "ExecStart=/nowhere/", "/nowhere/"),
        ]:
            with self.subTest(bad=bad):
                self.assertIn(good, text)
                self.assertIn(told, self.verify(text.replace(good, bad)))
