"""Tests the program on a real terminal: colours, and a prompt with hidden input."""

import os
import pty
import select
import tomllib

from common import PROGRAM, Case, environment, ours

SECRET = "Kq78Q~Zv3xW9mT-p4RjY7cLd2FhN6bGs1QkXuE0a"
ESCAPE = "\x1b["


def on_terminal(*words, answers=(), **more):
    """Runs the program on its own terminal. Returns its exit code and all output of the terminal.

    Each of `answers` has a text to wait for and the text to type then.
    """
    process, terminal = pty.fork()
    if process == 0:
        os.execve(PROGRAM, ["swyx-teams", *map(str, words)], environment(**more))
    shown, answers = "", list(answers)
    while True:
        # The limit only detects a hang.
        if not select.select([terminal], [], [], 60)[0]:
            os.kill(process, 9)
            raise AssertionError(f"it waits for something else: {shown!r}")
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the error on Linux if the other end is closed
            break
        if not piece:
            break
        shown += piece.decode()
        if answers and answers[0][0] in shown:
            os.write(terminal, answers.pop(0)[1].encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown


class Colours(Case):
    def setUp(self):
        super().setUp()
        text = self.first_file().read_text(encoding="utf-8")
        self.bad = self.write("bad.toml", text.replace("SyncMode = 2", "SyncMode = 3"))

    def test_colours_on_terminals_only(self):
        code, shown = on_terminal("check", self.bad)
        self.assertEqual(code, 1)
        self.assertIn("unknown mode", shown)
        self.assertIn(ESCAPE, shown)
        piped = ours("check", self.bad)
        self.refuses(piped, "unknown mode")
        self.assertNotIn(ESCAPE, piped.stdout + piped.stderr)

    def test_colours_can_be_disabled(self):
        for words, more in [([], {"NO_COLOR": "1"}), (["--color", "never"], {}), ([], {"TERM": "dumb"})]:
            with self.subTest(words=words, **more):
                code, shown = on_terminal("check", self.bad, *words, **more)
                self.assertEqual(code, 1)
                self.assertIn("unknown mode", shown)
                self.assertNotIn(ESCAPE, shown)


class Prompt(Case):
    KEY = "control_center.MsTeamsClientSecret"

    def value(self, path):
        return tomllib.loads(path.read_text(encoding="utf-8"))["control_center"]

    def test_secret_input_is_hidden(self):
        path = self.first_file()
        code, shown = on_terminal("--config", path, "set", self.KEY, answers=[("input is hidden", SECRET + "\r")])
        self.assertEqual(code, 0, shown)
        self.assertEqual(self.value(path)["MsTeamsClientSecret"], SECRET)
        for start in range(len(SECRET) - 4):
            self.assertNotIn(SECRET[start : start + 4], shown)

    def test_other_input_is_visible(self):
        # So the test would see a secret on the terminal, too.
        path, tenant = self.first_file(), "90c6d7a2-4f0b-4f6e-8a53-1d2c3b4a5968"
        key = "control_center.MsTeamsTenantId"
        code, shown = on_terminal("--config", path, "set", key, answers=[(f"{key}:", tenant + "\r")])
        self.assertEqual(code, 0, shown)
        self.assertEqual(self.value(path)["MsTeamsTenantId"], tenant)
        self.assertIn(tenant, shown)

    def test_cancelling_changes_nothing(self):
        path = self.first_file()
        before = path.read_bytes()
        for key in ["\x1b", "\x03"]:
            code, shown = on_terminal("--config", path, "set", self.KEY, answers=[("input is hidden", key)])
            self.assertEqual(code, 2, shown)
            self.assertIn("nothing was changed", shown)
            self.assertEqual(path.read_bytes(), before)

    def test_without_a_terminal_fails(self):
        path = self.first_file()
        before = path.read_bytes()
        self.refuses(ours("--config", path, "set", self.KEY), "--stdin", code=2)
        code, shown = on_terminal("--config", path, "--no-input", "set", self.KEY)
        self.assertEqual((code, "--stdin" in shown), (2, True), shown)
        self.assertEqual(path.read_bytes(), before)
        self.passes(ours("--config", path, "set", self.KEY, "--stdin", text=SECRET + "\n"))
        self.assertEqual(self.value(path)["MsTeamsClientSecret"], SECRET)
