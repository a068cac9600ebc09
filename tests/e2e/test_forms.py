"""Tests third-party form libraries with the schemas in a real browser: the shown fields, and that the result is a valid file."""

import json
import subprocess
from pathlib import Path

from common import CHROMIUM, CLIENT, TENANT, Case, environment, ours

HERE = Path(__file__).parent
LIMIT = 120  # seconds; only detects a hang
MODE, SECRET = "MsTeamsStatusSyncMode", "MsTeamsClientSecret"
LONE = "Teams to Swyx only"
CHOICES = {
    f"control_center.{MODE}": [LONE, 'Both ways: "Speaking" in Swyx also appears as "In a call" in Teams'],
    "entra.cloud": ["Global (also GCC)", "US Government L4 (GCC High)"],
    "sync.status.Busy/InAMeeting": ["Available (Reachable)", "Do not disturb"],
}


# The keys with a default that the tests do not fill in.
NOT_ENTERED = ["application_name", "secret_lifetime_days", "renew_before_days", "admin_client_id", "read_interval_seconds", "requests_per_30_seconds"]


def keys():
    """Returns every key of a settings file with one user and one status, from the plain schema."""
    schema = json.loads(ours("schema").stdout)
    for table, part in schema["properties"].items():
        place = f"{table}.0" if part.get("type") == "array" else table
        name = (part.get("items") or part)["$ref"].removeprefix("#/$defs/")
        for key in schema["$defs"][name]["properties"]:
            yield f"{place}.{key}" + (".Busy/InAMeeting" if key == "status" else "")


def without_password(part):
    """Returns a form without all words that mask an input."""
    if isinstance(part, dict):
        return {name: without_password(value) for name, value in part.items() if value != "password"}
    return [without_password(each) for each in part] if isinstance(part, list) else part


class Library:
    """Tests for each library. They fill in the complete form and then read it."""

    choices = CHOICES
    hidden = []  # the keys that the library does not show
    written = []  # the keys that the library writes although nobody entered them
    more = ['"Busy/InAMeeting" = "Away"']

    def form(self):
        return json.loads(ours("schema", "--for", self.tool).stdout)

    def ask(self, *steps, form=None):
        question = {"library": self.library, "form": form or self.form(), "steps": steps, "chromium": CHROMIUM}
        done = subprocess.run(
            ["node", HERE / "forms.mjs"], input=json.dumps(question), env=environment(), capture_output=True, encoding="utf-8", timeout=LIMIT
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def inputs(self, look, key):
        """Returns the visible inputs of a key."""
        return [field for field in look["fields"] if self.belongs(field, key)]

    def test_shown_fields_and_result(self):
        answer = self.ask(*self.filled(), ("look",))
        self.assertEqual(answer["faults"], [])
        (look,) = answer["looks"]
        for key in keys():
            with self.subTest(key):
                is_hidden = key in self.hidden or key.partition(".")[0] in self.hidden
                self.assertEqual(bool(self.inputs(look, key)), not is_hidden, [field["id"] for field in look["fields"]])
        for key, titles in self.choices.items():
            with self.subTest(key):
                shown = [title for field in self.inputs(look, key) for title in [*field["titles"], field["label"]]]
                for title in titles:
                    self.assertIn(title, shown)
        done = ours("check", "--fail-on", "warning", self.write("swyx-teams.toml", answer["toml"]))
        self.assertEqual(done.returncode, 0, f"{answer['toml']}\n{done.stdout}\n{look['errors']}")
        for line in (f"{MODE} = 2", 'env = "X"', 'swyx = "Jane Roe"', *self.more):
            self.assertIn(line, answer["toml"])
        self.assertEqual([name for name in NOT_ENTERED if name in answer["toml"]], self.written, answer["toml"])

    def test_secret_is_masked(self):
        for key in (f"control_center.{SECRET}", "swyx.gateway_token"):
            self.assertIn("password", self.types(self.first(), key))
            self.assertNotIn("password", self.types(self.first(without_password(self.form())), key))

    def first(self, form=None):
        return self.ask(("look",), form=form)["looks"][0]

    def types(self, look, key):
        return [field["type"] for field in self.inputs(look, key)]

    def test_choices_have_no_titles_without_the_variant(self):
        key, (title, _) = "entra.cloud", CHOICES["entra.cloud"]
        with_it = [title for field in self.inputs(self.first(), key) for title in field["titles"]]
        without = [title for field in self.inputs(self.first(self.unfit()), key) for title in field["titles"]]
        self.assertIn(title, with_it)
        self.assertNotIn(title, without)


class Rjsf(Library, Case):
    # The second line is shown after `login` is chosen.
    hidden = [
        "entra.automation",
        *(f"federated_services.{key}" for key in ("client_secret", "certificate", "certificate_thumbprint")),
    ]
    library = tool = "rjsf"

    def unfit(self):
        """Returns the plain schema, in a draft that the validator supports."""
        return {"schema": json.loads(ours("schema", "--for", "draft-07").stdout)}

    def belongs(self, field, key):
        return field["id"].startswith("root_" + key.replace(".", "_"))

    def filled(self):
        at = "#root_control_center_"
        return [
            ("fill", "#root_swyx_version", "14.10"),
            ("choose", at + MODE, CHOICES[f"control_center.{MODE}"][1]),
            ("fill", at + "MsTeamsTenantId", TENANT),
            ("fill", at + "MsTeamsClientId", CLIENT),
            ("choose", f"{at}{SECRET}__oneof_select", "Environment variable"),
            ("fill", f"{at}{SECRET}_env", "X"),
            ("choose", "#root_entra_cloud", "Global (also GCC)"),
            ("click", "#root_sync_status__add"),
            ("fill", "#root_sync_status_newKey-key", "Busy/InAMeeting"),
            ("choose", '[id="root_sync_status_Busy/InAMeeting"]', "Away"),
            ("click", "#root_user__add"),
            ("fill", "#root_user_0_swyx", "Jane Roe"),
            ("fill", "#root_user_0_teams", "jane.roe@example.com"),
            ("until", "errors.length === 0"),
        ]

    def test_mode_2_requires_a_secret(self):
        mode, (one, two) = f"#root_control_center_{MODE}", CHOICES[f"control_center.{MODE}"]
        minutes = "field('#root_sync_session_minutes')"
        wants = f"errors.some((each) => each.includes('{SECRET}') && each.includes('required'))"
        self.ask(
            ("choose", mode, one), ("until", f"data.control_center.{MODE} === 1 && {minutes} === null && !{wants}"),
            ("choose", mode, two), ("until", f"{minutes} !== null && {wants}"),
            ("choose", mode, one), ("until", f"{minutes} === null && !{wants}"),
        )  # fmt: skip


class JsonForms(Library, Case):
    # They are shown after `login` is "certificate".
    hidden = ["federated_services.certificate", "federated_services.certificate_thumbprint"]
    library = tool = "jsonforms"

    def unfit(self):
        return {"schema": json.loads(ours("schema", "--for", "draft-07").stdout)}

    def belongs(self, field, key):
        if key.startswith("user."):
            return field["column"] == {"swyx": "Swyx user", "teams": "Teams account"}[key.removeprefix("user.0.")]
        place = f"{field['id']}{field['name']}-"
        return all(f"properties/{name}" in place for name in key.replace("/", "~1").split("."))

    def scope(self, key, more=""):
        return f'[id="#/{"/".join(f"properties/{name}" for name in key.split("."))}{more}-input"]'

    def filled(self):
        at = "control_center"
        return [
            ("fill", self.scope("swyx.version"), "14.10"),
            self.mode(2),
            ("fill", self.scope(f"{at}.MsTeamsTenantId"), TENANT),
            ("fill", self.scope(f"{at}.MsTeamsClientId"), CLIENT),
            ("fill", self.scope(at, f"/allOf/0/anyOf/1/properties/{SECRET}/properties/env"), "X"),
            ("choose", self.scope("entra.cloud"), "Global (also GCC)"),
            ("choose", self.scope("sync.status.Busy~1InAMeeting"), "Away"),
            ("click", "text=Add to Users"),
            ("fill", "tbody input >> nth=0", "Jane Roe"),
            ("fill", "tbody input >> nth=1", "jane.roe@example.com"),
            ("until", "errors.length === 0 && data.user?.[0].teams !== undefined"),
        ]

    def mode(self, number):
        return ("click", f'[name="#/properties/control_center/properties/{MODE}"][value="{number}"]')

    def seen(self, key, more=""):
        return f"field('{self.scope(key, more)}')?.checkVisibility()"

    def test_mode_2_requires_a_secret(self):
        minutes, wants = self.seen("sync.session_minutes"), f"errors.some((each) => each.includes('{SECRET}'))"
        self.ask(
            self.mode(1), ("until", f"data.control_center?.{MODE} === 1 && !{minutes} && !{wants}"),
            self.mode(2), ("until", f"{minutes} && {wants}"),
            self.mode(1), ("until", f"!{minutes} && !{wants}"),
        )  # fmt: skip

    def test_secret_has_one_source(self):
        def way(number, member=""):
            return f"/allOf/0/anyOf/{number}/properties/{SECRET}{member}"

        at, text, name, path = "control_center", way(0), way(1, "/properties/env"), way(2, "/properties/file")
        self.ask(
            ("until", f"{self.seen(at, text)} && {self.seen(at, name)} && {self.seen(at, path)}"),
            ("fill", self.scope(at, name), "X"),
            ("until", f"!{self.seen(at, text)} && {self.seen(at, name)} && !{self.seen(at, path)}"),
            ("fill", self.scope(at, name), ""),
            ("until", f"{self.seen(at, path)}"),
        )


class Jedison(Library, Case):
    library, tool = "jedison", "jedison"
    hidden = ["federated_services"]  # the whole table
    choices = {key: titles for key, titles in CHOICES.items() if not key.startswith("sync.status")}
    more = []
    written = NOT_ENTERED

    def form(self):
        return {"schema": json.loads(ours("schema", "--for", "jedison").stdout)}

    def unfit(self):
        return {"schema": json.loads(ours("schema").stdout)}

    def belongs(self, field, key):
        if key.startswith("sync.status"):
            return field["id"] == "jedi-quick-add-property-input-root-sync-status"
        return field["id"].startswith("root-" + key.replace(".", "-"))

    def filled(self):
        at = "#root-control_center-"
        return [
            ("fill", "#root-swyx-version", "14.10"),
            ("choose", at + MODE, CHOICES[f"control_center.{MODE}"][1]),
            ("fill", at + "MsTeamsTenantId", TENANT),
            ("fill", at + "MsTeamsClientId", CLIENT),
            ("choose", f'[id^="root-control_center-{SECRET}-switcher"]', "Environment variable"),
            ("fill", f"{at}{SECRET}-env", "X"),
            ("choose", "#root-entra-cloud", "Global (also GCC)"),
            ("click", ".jedi-array-add"),
            ("fill", "#root-user-0-swyx", "Jane Roe"),
            ("fill", "#root-user-0-teams", "jane.roe@example.com"),
            ("until", "data.user[0].teams !== ''"),
            ("click", ".jedi-quick-add-property-toggle >> nth=1"),
        ]

    def test_mode_2_requires_a_secret(self):
        """The form does not allow the removal of a required key."""
        mode, (one, two) = f"#root-control_center-{MODE}", CHOICES[f"control_center.{MODE}"]
        kept = f"field('#root-control_center-{SECRET}-activator').disabled"
        form = self.form() | {"options": {"enablePropertiesToggle": True}}
        self.ask(
            ("choose", mode, two), ("until", f"data.control_center.{MODE} === 2 && {kept}"),
            ("choose", mode, one), ("until", f"data.control_center.{MODE} === 1 && !{kept}"),
            ("choose", mode, two), ("until", kept),
            form=form,
        )  # fmt: skip

    def test_name_with_a_slash_is_split(self):
        """The reason why the test above has no mapping. If this fails, add the mapping there."""
        answer = self.ask(
            ("click", ".jedi-quick-add-property-toggle >> nth=1"),
            ("fill", "#jedi-quick-add-property-input-root-sync-status", "Busy/InAMeeting"),
            ("click", ".jedi-add-property-btn >> nth=1"),
            ("look",),
        )
        self.assertEqual(answer["looks"][0]["data"]["sync"]["status"], {"InAMeeting": "Available"})
