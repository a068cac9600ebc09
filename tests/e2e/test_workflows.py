"""Checks the workflows, and the recipe for GitHub in the documentation, with actionlint."""

import textwrap

from common import ROOT, TOOLS, Case, run

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def lint(*paths):
    # The shell checker is another program, which may be installed on some machines only.
    return run(TOOLS / "actionlint", "-no-color", "-shellcheck=", "-pyflakes=", *paths, folder=ROOT)


class Workflows(Case):
    def test_workflows_have_no_faults(self):
        self.assertTrue(WORKFLOWS)
        self.passes(lint(*WORKFLOWS))

    def test_documented_recipe_has_no_faults(self):
        page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
        steps = page.split("```yaml\nsteps:\n")[1].split("```")[0]
        job = "on: push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n" + textwrap.indent(steps, "    ")
        self.passes(lint(self.write(".github/workflows/recipe.yml", job)))
        bad = lint(self.write(".github/workflows/bad.yml", job.replace("checkout@v5", "checkout@v4")))
        self.assertIn("deprecated", bad.stdout)

    def test_faults_are_found(self):
        text = WORKFLOWS[0].read_text(encoding="utf-8")
        for good, bad, told in [
            ("runs-on: ubuntu-latest", "runs-on: ubuntu-lates", "ubuntu-lates"),
            ("runner.os == 'Windows'", "runer.os == 'Windows'", "runer"),
            ("github.ref }}", "github.reff }}", "reff"),
        ]:
            with self.subTest(bad=bad):
                self.assertIn(good, text)
                done = lint(self.write(".github/workflows/bad.yml", text.replace(good, bad)))
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(told, done.stdout)
