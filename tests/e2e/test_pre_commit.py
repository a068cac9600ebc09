"""Tests the hook of this repository with pre-commit in another repository, without a network."""

from common import ROOT, TOOLS, Case, run

CONFIG = """\
repos:
  - repo: {repository}
    rev: {commit}
    hooks: [{{ id: swyx-teams-check, files: ^customers/ }}]
"""


class Hook(Case):
    def setUp(self):
        super().setUp()
        # Ignore the settings of the current user; a checkout can belong to another user.
        settings = "[user]\nname = E2E\nemail = e2e@example.com\n[safe]\ndirectory = *\n"
        self.env = {
            "GIT_CONFIG_GLOBAL": str(self.write("gitconfig", settings)),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PRE_COMMIT_HOME": str(self.folder / "cache"),
        }

    def command(self, *words, folder):
        return run(*words, folder=folder, **self.env)

    def git(self, *words, folder):
        done = self.command("git", *words, folder=folder)
        self.passes(done)
        return done.stdout.strip()

    def test_hook_rejects_an_error_and_accepts_its_fix(self):
        hooks, customer = self.folder / "hooks", self.folder / "customer"
        self.git("clone", "--quiet", ROOT, hooks, folder=self.folder)
        good = self.first_file("customer/customers/north.toml").read_text(encoding="utf-8")
        bad = good.replace("SyncMode = 2", "SyncMode = 3")
        self.assertNotEqual(good, bad)
        self.write("customer/customers/south.toml", bad)
        self.write("customer/pyproject.toml", '[project]\nname = "not-ours"\n')
        config = CONFIG.format(repository=hooks, commit=self.git("rev-parse", "HEAD", folder=hooks))
        self.write("customer/.pre-commit-config.yaml", config)
        self.git("init", "--quiet", folder=customer)
        self.git("add", ".", folder=customer)

        check = [TOOLS / "pre-commit", "run", "--all-files", "--color", "never"]
        done = self.command(*check, folder=customer)
        self.refuses(done, "error[invalid-value]: unknown mode")
        self.assertIn("--> customers/south.toml:2:25", done.stdout)
        self.assertIn("2 files checked: 1 error", done.stdout)

        self.write("customer/customers/south.toml", good)
        self.git("add", ".", folder=customer)
        done = self.command(*check, folder=customer)
        self.passes(done)
        self.assertRegex(done.stdout, r"^swyx-teams check\.+Passed")
