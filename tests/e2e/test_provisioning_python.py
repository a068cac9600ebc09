"""The Graph SDK for Python creates a working application as an administrator would."""

from azure.core.exceptions import ClientAuthenticationError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import RemovePasswordPostRequestBody
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.application import Application
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.required_resource_access import RequiredResourceAccess
from msgraph.generated.models.resource_access import ResourceAccess
from msgraph.generated.models.service_principal import ServicePrincipal

from emulator import GRAPH_SCOPE
from graph_sdk import GraphCase, credential

# https://learn.microsoft.com/graph/permissions-reference
MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000"
PRESENCE_READ_WRITE_ALL = "83cded22-8297-4ff6-a7fa-e97e9545a259"
USER_READ_BASIC_ALL = "97235f07-e226-4f63-ace3-39588e11d3a1"
NAME = "SwyxMSTeamsPresenceSync"


def create_if_missing():
    configuration = RequestConfiguration()
    configuration.headers.add("Prefer", "create-if-missing")
    return configuration


def wanted():
    roles = [ResourceAccess(id=role, type="Role") for role in (PRESENCE_READ_WRITE_ALL, USER_READ_BASIC_ALL)]
    return Application(
        display_name=NAME, sign_in_audience="AzureADMyOrg",
        required_resource_access=[RequiredResourceAccess(resource_app_id=MICROSOFT_GRAPH, resource_access=roles)],
    )  # fmt: skip


class Provisioning(GraphCase):
    OPTIONS = ("--scenario", "empty")

    def roles(self, who):
        return sorted(self.emulator.claims(who.get_token(GRAPH_SCOPE).token).get("roles", []))

    async def fails(self, call, status, word=""):
        with self.assertRaises(ODataError) as refusal:
            await call
        self.assertEqual(refusal.exception.response_status_code, status, refusal.exception.error)
        self.assertIn(word, refusal.exception.error.message)

    async def test_create_and_delete_a_working_application(self):
        emulator, admin = self.emulator, self.as_admin()
        by_name = admin.applications_with_unique_name(NAME)
        await self.fails(by_name.get(), 404)
        await self.fails(by_name.patch(wanted()), 404)
        made = await by_name.patch(wanted(), request_configuration=create_if_missing())
        self.assertEqual((made.display_name, made.unique_name, made.sign_in_audience), (NAME, NAME, "AzureADMyOrg"))
        self.assertIsNone(await by_name.patch(wanted(), request_configuration=create_if_missing()), "204 the second time")
        again = await admin.applications_with_app_id(made.app_id).get()
        self.assertEqual((again.id, len(again.required_resource_access[0].resource_access)), (made.id, 2))

        application = admin.applications.by_application_id(made.id)
        secret = await application.add_password.post(
            AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="first"))
        )
        self.assertEqual(secret.hint, secret.secret_text[:3])
        self.assertRegex(secret.secret_text, r"^[\w.~]{3}\dQ~[\w.~-]{31,34}$")
        lifetime = (secret.end_date_time - secret.start_date_time).days
        self.assertIn(lifetime, (730, 731))
        read = (await application.get()).password_credentials
        self.assertEqual([(each.key_id, each.secret_text) for each in read], [(secret.key_id, None)])

        who = {"client_id": made.app_id, "client_secret": secret.secret_text}
        with self.assertRaisesRegex(ClientAuthenticationError, "AADSTS7000229"):
            credential(emulator, **who).get_token(GRAPH_SCOPE)
        principal = await admin.service_principals.post(ServicePrincipal(app_id=made.app_id))
        await self.fails(admin.service_principals.post(ServicePrincipal(app_id=made.app_id)), 409)
        self.assertEqual(self.roles(credential(emulator, **who)), [], "signed in without a grant")
        await self.fails(self.graph(emulator, credential(emulator, **who)).users.get(), 403)

        resource = await admin.service_principals_with_app_id(MICROSOFT_GRAPH).get()
        self.assertLessEqual({PRESENCE_READ_WRITE_ALL, USER_READ_BASIC_ALL}, {str(role.id) for role in resource.app_roles})
        granted = admin.service_principals.by_service_principal_id(resource.id).app_role_assigned_to
        for role in (PRESENCE_READ_WRITE_ALL, USER_READ_BASIC_ALL):
            grant = AppRoleAssignment(principal_id=principal.id, resource_id=resource.id, app_role_id=role)
            assignment = await granted.post(grant)
            self.assertEqual((str(assignment.app_role_id), str(assignment.principal_id)), (role, str(principal.id)))
            await self.fails(granted.post(grant), 400, "Permission being assigned already exists on the object")
        unknown = AppRoleAssignment(principal_id=principal.id, resource_id=resource.id, app_role_id=principal.id)
        await self.fails(granted.post(unknown), 400, "Permission being assigned was not found on application")
        seen = await admin.service_principals.by_service_principal_id(principal.id).app_role_assignments.get()
        self.assertEqual(len(seen.value), 2)
        self.assertEqual(self.roles(credential(emulator, **who)), ["Presence.ReadWrite.All", "User.ReadBasic.All"])
        self.assertTrue((await self.graph(emulator, credential(emulator, **who)).users.get()).value)

        await granted.by_app_role_assignment_id(assignment.id).delete()
        self.assertEqual(self.roles(credential(emulator, **who)), ["Presence.ReadWrite.All"])
        await application.remove_password.post(RemovePasswordPostRequestBody(key_id=secret.key_id))
        with self.assertRaisesRegex(ClientAuthenticationError, "AADSTS7000215"):
            credential(emulator, **who).get_token(GRAPH_SCOPE)
        await self.fails(
            application.remove_password.post(RemovePasswordPostRequestBody(key_id=secret.key_id)), 400, "No password credential found"
        )

        await application.delete()
        await self.fails(application.get(), 404)
        deleted = await admin.directory.deleted_items.graph_application.get()
        self.assertEqual([each.id for each in deleted.value], [made.id])
        await admin.directory.deleted_items.by_directory_object_id(made.id).restore.post()
        self.assertEqual((await application.get()).app_id, made.app_id)

    async def test_organization_is_readable(self):
        admin = self.as_admin()
        self.assertEqual([each.id for each in (await admin.organization.get()).value], [self.emulator.tenant_id])
        domain = next(each.id for each in (await admin.domains.get()).value if each.is_default)
        # The domain name identifies the same tenant.
        self.assertEqual(self.emulator.discovery(domain)["issuer"], self.emulator.discovery()["issuer"])
