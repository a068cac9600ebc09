"""Tests the wizard on a real terminal: the exact dialogue, invalid answers, cancelling and continuing."""

import os
import tomllib
from pathlib import Path

from common import PROGRAM, TENANT, Case, ours
from screen import BACKSPACE, CONTROL_C, DELETE_LINE, DELETE_WORD, DOWN, ENTER, ESCAPE, LINE_END, LINE_START, Screen

SECRET = "Kq78Q~Zv3xW9mT-p4RjY7cLd2FhN6bGs1QkXuE0a"
DIALOGUE = Path(__file__).parent / "setup_dialogue.txt"


# With all answers, setup continues with the tenant. It ends there, because the Azure CLI or trust in the gateway is missing.
ENDS = ("the Azure CLI (az) cannot be started", "`swyx.gateway` leads to ")


class Setup(Case):
    def setup(self, *words, **more):
        return Screen(PROGRAM, "setup", *words, folder=self.folder, PATH="", **more)

    def settings(self, name="swyx-teams.toml"):
        return tomllib.loads((self.folder / name).read_text(encoding="utf-8"))

    def ends(self, screen, code):
        self.assertEqual(screen.end(), code, screen.text())

    def goes_on(self, screen):
        self.ends(screen, 2)
        self.assertTrue(any(end in screen.text() for end in ENDS), screen.text())

    def test_the_whole_dialogue(self):
        screen = self.setup()
        screen.answer("SwyxWare version:", "14", ENTER)
        screen.wait("a version has two numbers")
        screen.type(".20", ENTER)
        screen.answer("Direction of the synchronisation:", DOWN, ENTER)
        screen.answer("Directory (tenant) ID:", "contoso.com", ENTER)
        screen.wait("this is a tenant name, not a tenant id")
        screen.type(BACKSPACE * len("contoso.com"), TENANT, ENTER)
        screen.answer("Microsoft cloud of the tenant:", DOWN * 3, ENTER)
        screen.wait("no presence API in this cloud")
        screen.answer("Microsoft cloud of the tenant:", ENTER)
        screen.answer("Administrator sign-in:", DOWN * 2, ENTER)
        screen.wait("SWYX_TEAMS_ADMIN_TOKEN is not set")
        screen.answer("Administrator sign-in:", DOWN, ENTER)
        screen.answer("Where to store the client secret:", "here", ENTER)
        screen.wait("never the secret itself: file:PATH")
        screen.type(ENTER)
        screen.answer("User with a different account:", "Jane Roe", ENTER)
        screen.wait("as in 'Jane Roe=jane.roe@example.com'")
        screen.answer_again(2, "User with a different account:", "=jane.roe@example.com", ENTER)
        screen.answer_again(3, "User with a different account:", ENTER)
        self.goes_on(screen)
        if os.environ.get("UPDATE") == "1":
            DIALOGUE.write_text(screen.text(), encoding="utf-8")
        self.assertEqual(screen.text(), DIALOGUE.read_text(encoding="utf-8"))
        self.assertEqual(
            self.settings(),
            {
                "swyx": {"version": "14.20"},
                "federated_services": {
                    "login": "secret",
                    "presence": "both",
                    "tenant_id": TENANT,
                    "client_secret": {"file": "swyx-teams.secret"},
                },
                "entra": {"cloud": "global"},
                "user": [{"swyx": "Jane Roe", "teams": "jane.roe@example.com"}],
            },
        )
        self.assertEqual((self.folder / "swyx-teams.toml").stat().st_mode & 0o777, 0o600)

    def test_continues_after_interruption_at_every_question(self):
        answers = [
            ("SwyxWare version:", ["14.10", ENTER]),
            ("Direction of the synchronisation:", [ENTER]),
            ("Directory (tenant) ID:", [TENANT, ENTER]),
            ("Microsoft cloud of the tenant:", [ENTER]),
            ("Where to store the client secret:", ["env:X", ENTER]),
        ]
        for number, (question, keys) in enumerate(answers):
            # It repeats no question that was answered before.
            screen = self.setup("--sign-in", "az", "north.toml")
            screen.answer(question, *keys)
            later = answers[number + 1][0] if number + 1 < len(answers) else "User with a different account:"
            screen.answer(later, CONTROL_C)
            self.ends(screen, 2)
            self.assertIn("cancelled; north.toml keeps the answers so far", screen.text())
            self.assertIn("run `swyx-teams setup north.toml` to continue", screen.text())
        screen = self.setup("--sign-in", "az", "--user", "none", "north.toml")
        self.goes_on(screen)
        self.assertNotIn("? ", screen.text())
        self.assertEqual(self.settings("north.toml")["control_center"]["MsTeamsClientSecret"], {"env": "X"})

    def test_cancelling_the_first_question_creates_no_file(self):
        screen = self.setup()
        screen.answer("SwyxWare version:", ESCAPE)
        self.ends(screen, 2)
        self.assertIn("cancelled; nothing was written", screen.text())
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_keys_of_a_shell_edit_the_line(self):
        screen = self.setup("--sign-in", "az", "--mode", "1", "--cloud", "global", "--user", "none", "--secret", "env:X")
        screen.answer("SwyxWare version:", "wrong words", DELETE_LINE, "4.10 typo", DELETE_WORD, BACKSPACE, LINE_START, "1", LINE_END, ENTER)
        screen.answer("Directory (tenant) ID:", TENANT[1:], LINE_START, TENANT[0], ENTER)
        self.goes_on(screen)
        settings = self.settings()
        self.assertEqual(settings["swyx"], {"version": "14.10"})
        self.assertEqual(settings["control_center"]["MsTeamsTenantId"], TENANT)

    def test_escape_goes_back(self):
        screen = self.setup("--sign-in", "az", "--cloud", "global")
        screen.answer("SwyxWare version:", "14.00", ENTER)
        screen.answer("Direction of the synchronisation:", DOWN, ENTER)
        screen.answer("Directory (tenant) ID:", ESCAPE)
        screen.answer_again(2, "Direction of the synchronisation:", ESCAPE)
        # The earlier answer is the default, and another one replaces it.
        screen.answer("SwyxWare version: (14.00)", "14.10", ENTER)
        # The earlier choice is selected.
        screen.answer_again(3, "Direction of the synchronisation:", ENTER)
        screen.answer_again(2, "Directory (tenant) ID:", TENANT, ENTER)
        screen.answer("Where to store the client secret:", "env:X", ENTER)
        screen.answer("User with a different account:", ESCAPE)
        screen.answer("Where to store the client secret: (env:X)", ENTER)
        screen.answer_again(2, "User with a different account:", ENTER)
        self.goes_on(screen)
        settings = self.settings()
        self.assertEqual(settings["swyx"], {"version": "14.10"})
        self.assertEqual(settings["control_center"]["MsTeamsStatusSyncMode"], 2)
        self.assertEqual(settings["control_center"]["MsTeamsClientSecret"], {"env": "X"})

    def test_known_answers_name_their_options(self):
        screen = self.setup("--sign-in", "az", "--mode", "1", "--tenant", TENANT)
        screen.answer("SwyxWare version:", CONTROL_C)
        self.ends(screen, 2)
        for option in ("--mode", "--tenant", "--application-name", "--sign-in"):
            self.assertRegex(screen.text(), rf"\n  {option} +\S")

    def test_invalid_value_in_the_file_is_shown_and_prompted(self):
        text = self.first_file().read_text(encoding="utf-8").replace(TENANT, "contoso.com")
        path = self.write("swyx-teams.toml", "# kept\n" + text)
        screen = self.setup("--sign-in", "az")
        screen.wait("? Directory (tenant) ID:")
        self.assertIn("tenant-not-guid", screen.text())
        screen.type("fabrikam.com", ENTER)
        screen.wait("# this is a tenant name, not a tenant id")
        screen.type(BACKSPACE * len("fabrikam.com"), TENANT, ENTER)
        self.goes_on(screen)
        self.assertEqual(path.read_text(encoding="utf-8"), "# kept\n" + text.replace("contoso.com", TENANT))

    def test_secret_instead_of_a_reference_is_not_repeated(self):
        screen = self.setup("--mode", "2", "--tenant", TENANT, "--sign-in", "az", "--cloud", "global")
        screen.answer("SwyxWare version:", ENTER)
        screen.answer("Where to store the client secret:", SECRET, ENTER)
        screen.wait("never the secret itself: file:PATH")
        screen.type(CONTROL_C)
        self.ends(screen, 2)
        # The input is visible only while the question is shown.
        self.assertEqual(screen.text().count(SECRET), 1)
        self.assertNotIn(SECRET, (self.folder / "swyx-teams.toml").read_text(encoding="utf-8"))

    def test_no_input_prevents_prompts(self):
        screen = self.setup("--no-input")
        self.ends(screen, 2)
        self.assertIn("--tenant is missing", screen.text())
        self.refuses(ours("setup", folder=self.folder), "--tenant is missing", code=2)

    def test_no_color_applies_to_prompts(self):
        for words, more in [(["--color", "never"], {}), ([], {"NO_COLOR": "1"})]:
            screen = self.setup(*words, **more)
            screen.answer("SwyxWare version:", ESCAPE)
            self.ends(screen, 2)
            cells = [cell for line in screen.screen.buffer.values() for cell in line.values()]
            self.assertEqual({cell.fg for cell in cells}, {"default"})
