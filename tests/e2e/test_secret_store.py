"""Tests secrets in a real Secret Service, with libsecret's `secret-tool` as an independent reader and writer."""

import re
import signal
import subprocess
import time

import requests

from common import PROGRAM, Case, environment, ours, run
from emulator import Emulator
from screen import ENTER, ESCAPE, Screen

# Not secrets of anything. The second one has another first character.
SECRET = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d"
OTHER = "Zz98Q~Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w"
KEY = "control_center.MsTeamsClientSecret"
# Seconds. Only detects a hang, so it also fits slow machines.
END = 60


class Bus:
    """A session bus with its own home. The keyring ends with it."""

    def __init__(self, home, unlock):
        self.own = {
            "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_RUNTIME_DIR": str(home / "run"),
            "XDG_CONFIG_HOME": str(home / "config"), "DISPLAY": "", "WAYLAND_DISPLAY": "",
        }  # fmt: skip
        (home / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
        self.unlock = unlock

    def __enter__(self):
        # The bus starts the keyring if nothing else does, so it needs the home, too.
        words = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self.process = subprocess.Popen(words, env=environment(**self.own), stdout=pipe, stderr=null, encoding="utf-8")
        self.own["DBUS_SESSION_BUS_ADDRESS"] = self.process.stdout.readline().strip()
        assert self.own["DBUS_SESSION_BUS_ADDRESS"], "the bus did not start"
        if self.unlock:
            # The keyring becomes a daemon, and would keep pipes open.
            words = ["gnome-keyring-daemon", "--unlock", "--components=secrets"]
            done = subprocess.run(words, env=environment(**self.own), input=b"password", stdout=null, stderr=null, timeout=END)
            assert done.returncode == 0, done
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=END)
        self.process.stdout.close()

    def ours(self, *words, **more):
        return ours(*words, **self.own, **more)

    def lookup(self, name, service="swyx-teams"):
        """Returns the secret of an entry, read without our code."""
        return run("secret-tool", "lookup", "service", service, "username", name, **self.own).stdout

    def store(self, name, secret, service="swyx-teams"):
        """Writes the secret of an entry without our code."""
        words = ["secret-tool", "store", f"--label={service}/{name}", "service", service, "username", name]
        done = run(*words, text=secret, **self.own)
        assert done.returncode == 0, done


class SecretStore(Case):
    def setUp(self):
        super().setUp()
        self.settings = self.first_file()
        # A gateway needs trust before a secret is shown.
        self.passes(ours("--config", self.settings, "unset", "swyx.gateway", "swyx.gateway_token"))
        self.passes(ours("--config", self.settings, "set", KEY, "keyring:swyx-teams/north"))

    def bus(self, unlock=True):
        return Bus(self.folder / "home", unlock)

    def put(self, bus, secret=SECRET, *words):
        done = bus.ours("secret", "put", *words, self.settings, "--stdin", text=f"{secret}\n")
        self.assertNotIn(secret, done.stdout + done.stderr)
        return done

    def get(self, bus):
        return bus.ours("get", KEY, self.settings, "--reveal")

    def test_stored_secret_is_read_by_another_program(self):
        with self.bus() as bus:
            self.refuses(self.get(bus), "has no entry swyx-teams/north", code=2)
            done = self.put(bus, SECRET, KEY)
            self.passes(done)
            self.assertIn("stored in the secret store entry swyx-teams/north", done.stderr)
            self.assertEqual(bus.lookup("north"), SECRET)
            shown = run("secret-tool", "search", "--all", "service", "swyx-teams", **bus.own)
            self.assertIn("label = swyx-teams/north", shown.stdout)
            self.assertNotIn("(test)", shown.stdout)
            self.assertNotIn(SECRET, self.settings.read_text())
            self.assertEqual(self.get(bus).stdout, f"{SECRET}\n")

            self.passes(self.put(bus, OTHER, KEY))
            self.assertEqual(bus.lookup("north"), OTHER)
        # It survives the session.
        with self.bus() as bus:
            self.assertEqual(self.get(bus).stdout, f"{OTHER}\n")

    def test_prompt_does_not_show_the_secret(self):
        with self.bus() as bus:
            screen = Screen(PROGRAM, "secret", "put", folder=self.folder, **bus.own)
            screen.answer(f"{KEY}:", SECRET, ENTER)
            self.assertEqual(screen.end(), 0, screen.text())
            self.assertIn("stored in the secret store entry", screen.text())
            self.assertNotIn(SECRET, screen.text())
            self.assertEqual(bus.lookup("north"), SECRET)
            screen = Screen(PROGRAM, "secret", "put", folder=self.folder, **bus.own)
            screen.answer(f"{KEY}:", ESCAPE)
            self.assertEqual(screen.end(), 2)
            self.assertEqual(bus.lookup("north"), SECRET)

    def test_secret_of_another_program_is_read(self):
        with self.bus() as bus:
            bus.store("north", SECRET)
            self.assertEqual(self.get(bus).stdout, f"{SECRET}\n")
            self.passes(self.put(bus, OTHER, KEY))
            self.assertEqual(bus.lookup("north"), OTHER)

    def test_entries_of_other_services_are_neither_read_nor_written(self):
        with self.bus() as bus:
            bus.store("north", SECRET, service="mail")
            self.refuses(self.get(bus), "has no entry", code=2)
            text = self.settings.read_text().replace("swyx-teams/north", "mail/north")
            self.assertIn("mail/north", text)
            self.settings.write_text(text)
            self.refuses(bus.ours("check", self.settings), "invalid-value")
            self.refuses(self.put(bus, OTHER, KEY), "invalid-value")
            for done in (self.get(bus), bus.ours("sheet", "--reveal", self.settings)):
                self.assertNotIn(SECRET, done.stdout + done.stderr)
            self.assertEqual(bus.lookup("north", service="mail"), SECRET)

    def test_secret_that_is_too_long_or_wrong_changes_nothing(self):
        with self.bus() as bus:
            self.passes(self.put(bus, SECRET, KEY))
            self.refuses(self.put(bus, OTHER * 33, KEY), "at most 1,280", code=2)
            self.refuses(self.put(bus, "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f", KEY), "not its value")
            self.assertEqual(bus.lookup("north"), SECRET)

    def test_locked_store_is_named_and_unchanged(self):
        with self.bus() as bus:
            self.passes(self.put(bus, SECRET, KEY))
        with self.bus(unlock=False) as bus:
            for done in (self.get(bus), self.put(bus, OTHER, KEY)):
                self.refuses(done, "the secret store is locked", code=2)
                self.assertIn("{ file =", done.stderr)
        with self.bus() as bus:
            self.assertEqual(bus.lookup("north"), SECRET)

    def test_machine_without_store_gets_other_ways(self):
        own = Bus(self.folder / "nowhere", unlock=False).own | {"DBUS_SESSION_BUS_ADDRESS": ""}
        for words in (["get", KEY, self.settings, "--reveal"], ["secret", "put", KEY, self.settings, "--stdin"]):
            done = ours(*words, text=SECRET, **own)
            self.refuses(done, "no secret store is available", code=2)
            self.assertIn("{ file =", done.stderr)
            self.assertIn("{ command =", done.stderr)
            self.assertNotIn(SECRET, done.stdout + done.stderr)

    def test_application_signs_in_with_it(self):
        with self.bus() as bus, Emulator() as tenant:
            self.settings.write_text(
                f'[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = "{tenant.tenant_id}"\n'
                f'MsTeamsClientId = "{tenant.client_id}"\nMsTeamsClientSecret = {{ keyring = "swyx-teams/north" }}\n'
                f'[entra]\nauthority = "{tenant.authority}"\ngraph = "{tenant.graph}"\nca_file = "{tenant.ca_file}"\n'
            )
            trust = {"SWYX_TEAMS_TRUST": tenant.address}
            self.passes(self.put(bus, tenant.client_secret, KEY))
            self.passes(bus.ours("check", "--online", self.settings, **trust))
            # The known wrong one.
            bus.store("north", OTHER)
            self.refuses(bus.ours("check", "--online", self.settings, **trust), "secret-rejected")

    def test_running_synchronisation_reads_it_again_on_request(self):
        with self.bus() as bus, Emulator() as tenant:
            self.settings.write_text(
                f'[swyx]\nversion = "14.10"\ngateway = "{tenant.gateway}"\ngateway_token = {{ keyring = "swyx-teams/token" }}\n'
                f'[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = "{tenant.tenant_id}"\n'
                f'MsTeamsClientId = "{tenant.client_id}"\nMsTeamsClientSecret = {{ keyring = "swyx-teams/north" }}\n'
                f'[entra]\nauthority = "{tenant.authority}"\ngraph = "{tenant.graph}"\nca_file = "{tenant.ca_file}"\n'
            )
            bus.store("token", tenant.gateway_token)
            bus.store("north", OTHER)
            log = self.folder / "log"
            with open(log, "w", encoding="utf-8") as said:
                words = [str(word) for word in (PROGRAM, "sync", self.settings, "--metrics", "127.0.0.1:0")]
                own = environment(**bus.own, SWYX_TEAMS_TRUST=tenant.address)
                process = subprocess.Popen(words, env=own, stdout=said, stderr=said)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            self.wait_for(process, log, "AADSTS7000215")
            [address] = re.findall(r"http://([0-9.:]+)", log.read_text(encoding="utf-8"))
            self.assertNotEqual(requests.get(f"http://{address}/readyz", timeout=END).status_code, 200)
            self.passes(self.put(bus, tenant.client_secret, KEY))
            process.send_signal(signal.SIGHUP)
            end = time.monotonic() + END
            while requests.get(f"http://{address}/readyz", timeout=END).status_code != 200:
                self.assertLess(time.monotonic(), end, log.read_text(encoding="utf-8"))
                time.sleep(0.1)
            for secret in (tenant.client_secret, tenant.gateway_token, OTHER):
                self.assertNotIn(secret, log.read_text(encoding="utf-8"))

    def wait_for(self, process, log, words):
        """Waits until the log contains the words."""
        end = time.monotonic() + END
        while words not in (text := log.read_text(encoding="utf-8")):
            self.assertIsNone(process.poll(), text)
            self.assertLess(time.monotonic(), end, text)
            time.sleep(0.1)

    def test_apply_and_rotate_write_it(self):
        with self.bus() as bus, Emulator("--scenario", "empty") as tenant:
            self.settings.write_text(
                f'[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = "{tenant.tenant_id}"\n'
                f'MsTeamsClientSecret = {{ keyring = "swyx-teams/customers/north" }}\n'
                f'[entra]\nauthority = "{tenant.authority}"\ngraph = "{tenant.graph}"\nca_file = "{tenant.ca_file}"\n'
            )
            own = {"SWYX_TEAMS_TRUST": tenant.address, "SWYX_TEAMS_ADMIN_TOKEN": tenant.admin_token}
            # Without a store, no secret is created that nobody could store.
            self.refuses(ours("apply", "--yes", self.settings, **own, DBUS_SESSION_BUS_ADDRESS=""), "no secret store", code=2)
            self.assertFalse([line for line in tenant.log() if line["path"].endswith("addPassword")])

            self.passes(bus.ours("apply", "--yes", self.settings, **own))
            first = bus.lookup("customers/north")
            self.assertRegex(first, "^.{40}$")
            self.passes(bus.ours("check", "--online", self.settings, **own))
            done = bus.ours("rotate", self.settings, **own)
            self.passes(done)
            second = bus.lookup("customers/north")
            self.assertRegex(second, "^.{40}$")
            self.assertNotEqual(first, second)
            self.assertNotIn(second, done.stdout + done.stderr)
            self.passes(bus.ours("check", "--online", self.settings, **own))
            shown = run("secret-tool", "search", "--all", "service", "swyx-teams", **bus.own)
            self.assertEqual(shown.stdout.count("label = "), 1, shown.stdout)
            self.passes(bus.ours("rotate", "--finish", self.settings, **own))
