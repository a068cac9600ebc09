"""Tests the JSON Schema with third-party tools: it is valid, and accepts the same files as our own check."""

import json
import shutil
import tomllib

from common import ROOT, TOOLS, Case, ours, run


class Metaschema(Case):
    """Each schema is valid against the draft that it names."""

    def metaschema(self, text):
        path = self.write("schema.json", text)
        return run(TOOLS / "check-jsonschema", "--check-metaschema", path)

    def test_plain_schemas_are_valid(self):
        drafts = [([], "draft/2020-12/"), (["--for", "draft-07"], "draft-07/"), (["--for", "taplo"], "draft-07/")]
        for words, draft in drafts:
            with self.subTest(draft):
                done = ours("schema", *words)
                self.passes(done)
                self.assertIn(draft, json.loads(done.stdout)["$schema"])
                self.passes(self.metaschema(done.stdout))
                broken = done.stdout.replace('"type": "string"', '"type": "strng"', 1)
                self.refuses(self.metaschema(broken), "strng")


class Ajv(Case):
    """Ajv compiles the schemas for validators in its strict default mode, which refuses unknown keywords."""

    def ask(self, *questions):
        done = run("node", ROOT / "tests/e2e/ajv.mjs", text=json.dumps(questions))
        self.passes(done)
        return json.loads(done.stdout)

    def test_strict_mode_compiles_and_validates(self):
        good = tomllib.loads(self.first_file().read_text(encoding="utf-8"))
        bad = good | {"control_center": good["control_center"] | {"MsTeamsStatusSyncMode": 3}}
        schemas = {draft: json.loads(ours("schema", *words).stdout) for draft, words in [("2020-12", []), ("draft-07", ["--for", "draft-07"])]}
        questions = [{"draft": draft, "schema": schema, "documents": [good, bad]} for draft, schema in schemas.items()]
        self.assertEqual(self.ask(*questions), [{"results": [True, False]}] * 2)

    def test_strict_mode_refuses_the_keywords_of_a_form_library(self):
        schema = json.loads(ours("schema", "--for", "jedison").stdout)
        (answer,) = self.ask({"draft": "2020-12", "schema": schema, "documents": []})
        self.assertIn("unknown keyword", answer["error"])


class Settings(Case):
    """Tests a valid file, and one file per error, with every tool."""

    def setUp(self):
        super().setUp()
        # The file name that the first line of the example refers to.
        self.schema = self.write("swyx-teams.schema.json", ours("schema").stdout)
        self.draft_07 = self.write("swyx-teams.draft-07.schema.json", ours("schema", "--for", "draft-07").stdout)
        # The schema for editors is in its own folder, under the same file name.
        self.editors = self.write("editors/swyx-teams.schema.json", ours("schema", "--for", "taplo").stdout)
        schemas = '[[schemas]]\npath = "swyx-teams.schema.json"\ninclude = ["settings.toml"]\n'
        for folder in (".", "editors"):
            self.write(f"{folder}/tombi.toml", schemas)

    def verdicts(self, text):
        """Runs each tool on a settings file. All tools detect all of the errors below."""
        path = self.write("settings.toml", text)
        yield "ours", ours("check", path)
        for schema in (self.schema, self.draft_07):
            yield schema.name, run(TOOLS / "check-jsonschema", "--schemafile", schema, path)
        # taplo supports no draft after 07. With 2020-12, it ignores `dependentRequired` and misses the last error.
        for schema in (self.draft_07, self.editors):
            lint = ("lint", "--no-auto-config", "--schema", schema.as_uri())
            yield f"taplo by {schema}", run(TOOLS / "taplo", *lint, path)
        # tombi has no command-line option for a schema, so tombi.toml names it.
        for folder in (self.folder, self.folder / "editors"):
            copy = shutil.copy(path, folder) if folder != path.parent else path
            lint = ("lint", "--offline", "--error-on-warnings")
            yield f"tombi in {folder}", run(TOOLS / "tombi", *lint, copy, folder=folder, NO_COLOR="1")

    def test_valid_files_pass(self):
        for path in [self.first_file(), *sorted(ROOT.glob("schema/*.example.toml"))]:
            for tool, done in self.verdicts(path.read_text(encoding="utf-8")):
                with self.subTest(file=path.name, tool=tool):
                    self.passes(done)

    def test_invalid_files_are_rejected(self):
        text = self.first_file().read_text(encoding="utf-8")
        secret = 'MsTeamsClientSecret = { env = "X" }\n'
        faults = [
            ("a misspelt key", 'cloud = "global"', 'clowd = "global"', "clowd"),
            ("a mode that is none", "SyncMode = 2", "SyncMode = 3", "3"),
            ("mode 2 without a secret", secret, "", "MsTeamsClientSecret"),
            ("a variable of the program", '{ env = "X" }', '{ env = "swyx_teams_admin_token" }', "not"),
            ("a gateway without a token", 'gateway_token = { file = "token" }\n', "", "gateway_token"),
        ]
        for fault, right, wrong, word in faults:
            self.assertEqual(text.count(right), 1, text)
            bad = text.replace(right, wrong)
            tomllib.loads(bad)  # it is valid TOML
            for tool, done in self.verdicts(bad):
                with self.subTest(fault=fault, tool=tool):
                    self.refuses(done, word)
