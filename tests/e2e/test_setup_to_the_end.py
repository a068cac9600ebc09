"""Tests the complete wizard on a terminal against the emulator: questions, plan, confirmation, application, secret, test and sheet."""

import re
import tomllib
import unittest

from common import PROGRAM, ROOT, Case, ours
from emulator import Emulator
from screen import ENTER, Screen, Tmux


class SetupToTheEnd(Case):
    def dialogue(self, terminal, agree):
        with Emulator("--scenario", "empty") as tenant:
            where = "".join(f'{name} = "{getattr(tenant, name)}"\n' for name in ("authority", "graph", "ca_file"))
            self.write("swyx-teams.toml", f"[entra]\n{where}")
            own = {"SWYX_TEAMS_ADMIN_TOKEN": tenant.admin_token, "SWYX_TEAMS_TRUST": tenant.address}
            screen = terminal(PROGRAM, "setup", folder=self.folder, **own)
            screen.answer("SwyxWare version:", "14.10", ENTER)
            screen.answer("Direction of the synchronisation:", ENTER)
            screen.answer("Directory (tenant) ID:", tenant.tenant_id, ENTER)
            screen.answer("Microsoft cloud of the tenant:", ENTER)
            screen.answer("Where to store the client secret:", "file:teams.secret", ENTER)
            screen.answer("User with a different account:", ENTER)
            screen.answer("Carry out this plan?", "y" if agree else "n", ENTER)
            return screen.end(), screen.text(), tenant.log()

    def proves(self, terminal):
        code, text, _ = self.dialogue(terminal, agree=True)
        self.assertEqual(code, 0, text)
        fields = tomllib.loads((self.folder / "swyx-teams.toml").read_text(encoding="utf-8"))["control_center"]
        secret = (self.folder / "teams.secret").read_text(encoding="utf-8").strip()
        for words in ["done; the sign-in works, with the permissions for the mode", "Control Center, General settings", fields["MsTeamsClientId"]]:
            self.assertIn(words, text)
        self.assertNotIn(secret, text)

    def refuses_to_go_on(self, terminal):
        code, text, log = self.dialogue(terminal, agree=False)
        self.assertEqual(code, 2)
        self.assertIn("nothing was changed", text)
        self.assertTrue(all(line["path"].endswith("$batch") for line in log), log)
        self.assertFalse((self.folder / "teams.secret").exists())

    def test_on_a_pseudo_terminal(self):
        self.proves(Screen)

    def test_declining_the_plan_changes_nothing(self):
        self.refuses_to_go_on(Screen)

    def test_in_tmux(self):
        if not Tmux.is_there():
            print("\ntmux is not installed: the wizard was tried on a pseudo-terminal only", flush=True)
            return
        self.proves(Tmux)


class Documentation(Case):
    """Runs the documented steps in docs/setup.md from an empty tenant to a successful check."""

    def test_documented_steps_succeed(self):
        text = (ROOT / "docs/setup.md").read_text(encoding="utf-8").split("## From an empty tenant to a green check", 1)[1]
        settings = re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1]
        commands = re.findall(r"^swyx-teams (.*?)\s+#", re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1], re.MULTILINE)
        self.assertEqual(commands, ["plan", "apply", "check --online", "sheet --reveal"])
        with Emulator("--scenario", "empty") as tenant:
            settings = re.sub(r'(MsTeamsTenantId = ")[^"]*', rf"\g<1>{tenant.tenant_id}", settings)
            where = "".join(f'{name} = "{getattr(tenant, name)}"\n' for name in ("authority", "graph", "ca_file"))
            path = self.write("swyx-teams.toml", f"{settings}\n[entra]\n{where}")
            # Before these steps, the check fails.
            self.refuses(ours("check", "--online", folder=self.folder), "`MsTeamsClientId` is missing")
            for command in commands:
                words = command.split() + (["--yes"] if command == "apply" else [])
                own = {"SWYX_TEAMS_ADMIN_TOKEN": tenant.admin_token, "SWYX_TEAMS_TRUST": tenant.address}
                done = ours(*words, folder=self.folder, **own)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            secret = (self.folder / "teams.secret").read_text(encoding="utf-8").strip()
            self.assertIn(secret, done.stdout)
            self.assertIn("# where to store the secret", path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
