"""Reads files that the program wrote with the TOML parser of Python."""

import copy
import tomllib

from common import CLIENT, TENANT, Case, ours

CONTROL_CENTER = {"MsTeamsStatusSyncMode": 1, "MsTeamsTenantId": TENANT, "MsTeamsClientId": CLIENT}
LINES = ["[control_center]", *(f"{key} = {value!r}" for key, value in CONTROL_CENTER.items()), ""]
JANE = {"swyx": 'Jane "J" Roe', "teams": "jane.roe@example.com"}
CHANGES = [
    "control_center.MsTeamsStatusSyncMode", "2",
    "control_center.MsTeamsClientSecret", r"file:C:\secrets\it's",
    "entra.secret_lifetime_days", "90",
    "sync.status.Busy/InAMeeting", "none",
    "user[0]", r"""{ swyx = 'Jane "J" Roe', teams = "jane.roe@example.com" }""",
]  # fmt: skip

FILES = {
    "lines end with CR LF": "\r\n".join(["# Käthe's", *LINES]),
    "a byte order mark": "\ufeff" + "\n".join(LINES),
    "both": "\ufeff" + "\r\n".join(LINES),
    "dotted keys": "".join(f"control_center.{key} = {value!r}\n" for key, value in CONTROL_CENTER.items()),
    "an inline table": f"control_center = {{ {', '.join(f'{key} = {value!r}' for key, value in CONTROL_CENTER.items())} }}\n",
    "no end of the last line": "\n".join(LINES).rstrip(),
}


def read(content):
    """Returns the values of a file. TOML 1.0 has no byte order mark, so this removes it."""
    return tomllib.loads(content.decode("utf-8-sig"))


def changed(values):
    """Applies `CHANGES` to the values."""
    after = copy.deepcopy(values)
    after["control_center"] |= {"MsTeamsStatusSyncMode": 2, "MsTeamsClientSecret": {"file": r"C:\secrets\it's"}}
    return after | {
        "entra": {"secret_lifetime_days": 90},
        "sync": {"status": {"Busy/InAMeeting": "none"}},
        "user": [JANE],
    }


class Written(Case):
    def test_written_values_match(self):
        for what, text in FILES.items():
            with self.subTest(what):
                path = self.write("swyx-teams.toml", text)
                before = path.read_bytes()
                self.assertEqual(read(before), {"control_center": CONTROL_CENTER})
                self.passes(ours("--config", path, "set", *CHANGES))
                after = path.read_bytes()
                self.assertEqual(read(after), changed(read(before)))
                self.assertNotEqual(read(after), read(before))
                # The bytes around the values are unchanged.
                self.assertEqual(after.startswith(b"\xef\xbb\xbf"), before.startswith(b"\xef\xbb\xbf"))
                self.assertEqual(b"\r\n" in after, b"\r\n" in before)
                self.assertEqual(after.count(b"\n"), after.count(b"\r\n") or after.count(b"\n"))

    def test_invalid_file_is_rejected_by_both(self):
        text = FILES["an inline table"].replace("}", "")
        path = self.write("swyx-teams.toml", text)
        with self.assertRaises(tomllib.TOMLDecodeError):
            read(path.read_bytes())
        self.refuses(ours("--config", path, "set", *CHANGES), "nothing was changed")
        self.assertEqual(path.read_text(encoding="utf-8"), text)
