"""Reads the application that `apply` created with the Graph clients of Microsoft, and signs in with the stored secret."""

import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from common import ours
from emulator import GRAPH_SCOPE
from graph_sdk import GraphCase
from test_clients_javascript import get, graph, msal
from test_msal_python import application

# https://learn.microsoft.com/graph/permissions-reference
MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000"
NAME = "SwyxMSTeamsPresenceSync"
ROLES = ["Presence.ReadWrite.All", "User.ReadBasic.All"]
WANTED = {
    "signInAudience": "AzureADMyOrg",
    "declared": [(MICROSOFT_GRAPH, "Role", role) for role in ROLES],
    "granted": ROLES,
}


def faults(seen):
    """Returns the members in which an application differs from the requirements of mode 2."""
    return [member for member, wanted in WANTED.items() if seen[member] != wanted]


async def by_python(client, client_id):
    """Reads an application with the Graph SDK for Python."""
    found = await client.applications_with_app_id(client_id).get()
    principal = await client.service_principals_with_app_id(client_id).get()
    resource = await client.service_principals_with_app_id(MICROSOFT_GRAPH).get()
    granted = await client.service_principals.by_service_principal_id(principal.id).app_role_assignments.get()
    names = {str(each.id): each.value for each in [*resource.app_roles, *resource.oauth2_permission_scopes]}
    return {
        "name": found.display_name,
        "signInAudience": found.sign_in_audience,
        "enabled": principal.account_enabled,
        "declared": sorted(
            (group.resource_app_id, access.type, names[str(access.id)])
            for group in found.required_resource_access for access in group.resource_access
        ),
        "granted": sorted(names[str(each.app_role_id)] for each in granted.value if str(each.resource_id) == resource.id),
        "secrets": [(each.hint, each.start_date_time, each.end_date_time) for each in found.password_credentials],
    }  # fmt: skip


def by_javascript(emulator, client_id):
    """Reads an application with the Graph client for JavaScript, as the administrator."""
    own, resources = (f"/servicePrincipals(appId='{each}')" for each in (client_id, MICROSOFT_GRAPH))
    paths = [f"/applications(appId='{client_id}')", own, resources, f"{own}/appRoleAssignments"]
    answers = graph(emulator, *map(get, paths), token=emulator.admin_token)
    assert all("ok" in answer for answer in answers), answers
    found, principal, resource, granted = (answer["ok"] for answer in answers)
    names = {each["id"]: each["value"] for each in resource["appRoles"] + resource["oauth2PermissionScopes"]}
    return {
        "name": found["displayName"],
        "signInAudience": found["signInAudience"],
        "enabled": principal["accountEnabled"],
        "declared": sorted(
            (group["resourceAppId"], access["type"], names[access["id"]])
            for group in found["requiredResourceAccess"] for access in group["resourceAccess"]
        ),
        "granted": sorted(names[each["appRoleId"]] for each in granted["value"] if each["resourceId"] == resource["id"]),
        "secrets": [
            (each["hint"], *(datetime.fromisoformat(each[end]) for end in ("startDateTime", "endDateTime")))
            for each in found["passwordCredentials"]
        ],
    }  # fmt: skip


class Provisioned(GraphCase):
    OPTIONS = ("--scenario", "empty")

    def applied(self, mode=2, name=NAME):
        """Runs `apply` on an empty tenant over HTTPS. Returns the stored client id and secret."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="swyx-teams-e2e-")))
        emulator, settings = self.emulator, folder / "north.toml"
        settings.write_text(
            f'[control_center]\nMsTeamsStatusSyncMode = {mode}\nMsTeamsTenantId = "{emulator.tenant_id}"\n'
            f'MsTeamsClientSecret = {{ file = "teams.secret" }}\n[entra]\napplication_name = "{name}"\n'
            f'authority = "{emulator.authority}"\ngraph = "{emulator.graph}"\nca_file = "{emulator.ca_file}"\n'
        )
        own = {"SWYX_TEAMS_ADMIN_TOKEN": emulator.admin_token, "SWYX_TEAMS_TRUST": emulator.address}
        done = ours("apply", "--yes", settings, **own)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = ours("get", "control_center.MsTeamsClientId", "--config", settings)
        return told.stdout.strip(), (folder / "teams.secret").read_text().removesuffix("\n")

    async def test_mode_2_gets_exactly_its_permissions(self):
        client_id, secret = self.applied()
        for seen in (await by_python(self.as_admin(), client_id), by_javascript(self.emulator, client_id)):
            self.assertEqual(faults(seen), [], seen)
            self.assertEqual((seen["name"], seen["enabled"]), (NAME, True))
            [(hint, start, end)] = seen["secrets"]
            self.assertEqual(hint, secret[:3])
            self.assertLess(abs(start - datetime.now(timezone.utc)), timedelta(minutes=10))
            self.assertLess(abs(end - start - timedelta(days=180)), timedelta(minutes=10))

        who = {"client_id": client_id, "client_credential": secret}
        answer = application(self.emulator, **who).acquire_token_for_client([GRAPH_SCOPE])
        self.assertIn("access_token", answer, answer)
        self.assertEqual(sorted(self.emulator.claims(answer["access_token"])["roles"]), ROLES)
        answer = msal(self.emulator, "secret", [GRAPH_SCOPE], client_id=client_id, client_secret=secret)
        self.assertEqual(sorted(self.emulator.claims(answer["ok"]["accessToken"])["roles"]), ROLES)

    async def test_mode_1_gets_no_write_permission(self):
        client_id, _ = self.applied(mode=1, name="Reads only")
        seen = await by_python(self.as_admin(), client_id)
        self.assertEqual(faults(seen), ["declared", "granted"])
        self.assertEqual(seen["granted"], ["Presence.Read.All", "User.ReadBasic.All"])

    async def test_other_applications_fail_the_same_checks(self):
        for scenario, found in {
            "ready": [],
            "no-consent": ["granted"],
            "excess": ["declared", "granted"],
            "delegated-only": ["declared", "granted"],
        }.items():
            with self.subTest(scenario):
                emulator = self.another("--scenario", scenario)
                client = self.as_admin(emulator)
                self.assertEqual(faults(await by_python(client, emulator.client_id)), found)
                self.assertEqual(faults(by_javascript(emulator, emulator.client_id)), found)
