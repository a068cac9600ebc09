"""Tests reports with third-party readers, and that a hostile file name cannot inject a command into a CI system."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from common import CLIENT, ROOT, TOOLS, Case, ours, run

HOSTILE = ["a\n::error file=x::b\"'<&>,%0A.toml", "::add-mask::c.toml", "\r::set-output name=d::e.toml"]
FORMATS = ["human", "concise", "json", "sarif", "github", "gitlab", "junit"]


def commands(text):
    """Returns the lines that a GitHub runner executes as commands. The runner ignores leading blanks."""
    return [line for line in re.split(r"[\r\n]", text) if line.lstrip().startswith("::")]


class Reports(Case):
    def setUp(self):
        super().setUp()
        good = self.first_file().read_text(encoding="utf-8")
        for number, name in enumerate(HOSTILE):
            # Each file has an application of its own.
            own = good.replace(CLIENT, CLIENT[:-1] + str(number))
            self.write(name, own.replace("SyncMode = 2", "SyncMode = 3"))

    def report(self, form):
        done = ours("check", "-v", "--format", form, ".", folder=self.folder)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(commands(done.stderr), [])
        return done.stdout

    def test_json_formats(self):
        files = json.loads(self.report("json"))["files"]
        self.assertEqual({Path(file["path"]).name for file in files}, {"swyx-teams.toml", *HOSTILE})
        self.assertEqual(sum(len(file["diagnostics"]) for file in files), len(HOSTILE))
        self.assertEqual(len(json.loads(self.report("sarif"))["runs"][0]["results"]), len(HOSTILE))
        issues = json.loads(self.report("gitlab"))
        shown = {name.replace("\n", "\\u{a}").replace("\r", "\\u{d}") for name in HOSTILE}
        self.assertEqual({Path(issue["location"]["path"]).name for issue in issues}, shown)
        with self.assertRaises(json.JSONDecodeError):
            json.loads(self.report("json")[:-3])

    def test_sarif_follows_its_schema(self):
        metadata = json.loads(run("cargo", "metadata", "--format-version", "1", "--locked", folder=ROOT).stdout)
        (package,) = [package for package in metadata["packages"] if package["name"] == "serde-sarif"]
        # The OASIS schema from this package. One of its patterns is invalid in the default syntax.
        schema = Path(package["manifest_path"]).parent / "src/schema.json"
        sarif = self.report("sarif")
        for text, passes in [(sarif, True), (sarif.replace('"level":"error","loc', '"level":"eror","loc'), False)]:
            report = self.write("report.json", text)
            done = run(TOOLS / "check-jsonschema", "--regex-variant", "python", "--schemafile", schema, report)
            if passes:
                self.passes(done)
            else:
                self.refuses(done, "eror")

    def test_junit(self):
        text = self.report("junit")
        suites = ElementTree.fromstring(text)
        self.assertEqual(len(suites.findall("testsuite")), 1 + len(HOSTILE))
        self.assertEqual(len(suites.findall(".//failure")), len(HOSTILE))
        self.assertEqual(suites.get("failures"), str(len(HOSTILE)))
        with self.assertRaises(ElementTree.ParseError):
            ElementTree.fromstring(text.replace("&quot;", '"').replace("&lt;", "<"))

    def test_file_name_cannot_inject_a_command(self):
        for form in FORMATS:
            with self.subTest(form):
                found = commands(self.report(form))
                if form == "github":
                    self.assertEqual(len(found), len(HOSTILE), found)
                    for line in found:
                        self.assertRegex(line, r"^::error file=[^:,]+,line=2,[^:]*,title=invalid-value [^:]*::unknown mode")
                else:
                    self.assertEqual(found, [])
        # Negative control: a report with unescaped names is detected.
        self.assertEqual(len(commands("\n".join(HOSTILE))), len(HOSTILE))
