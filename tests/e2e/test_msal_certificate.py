"""MSAL for Python signs in at the emulator with a certificate."""

import msal
from cryptography.hazmat.primitives import hashes

from certificates import Certificate
from emulator import GRAPH_SCOPE, NOWHERE, Clients


class WithACertificate(Clients):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registered = Certificate()
        cls.registered.register(cls.emulator)

    def sign_in(self, credential, **other):
        wanted = {
            "client_id": self.emulator.client_id, "client_credential": credential,
            "authority": self.emulator.tenant_authority, "instance_discovery": False, "verify": self.emulator.ca_file,
        }  # fmt: skip
        return msal.ConfidentialClientApplication(**(wanted | other)).acquire_token_for_client([GRAPH_SCOPE])

    def pfx(self, certificate, password="made up"):
        path = self.emulator.folder / f"{certificate.thumbprint(hashes.SHA1())}.pfx"
        path.write_bytes(certificate.pfx(password))
        return {"private_key_pfx_path": str(path), "passphrase": "made up"}

    def test_every_form_of_a_credential(self):
        key, public = self.registered.private_key, self.registered.public
        sha1 = self.registered.thumbprint(hashes.SHA1())
        for name, credential in {
            "PS256": {"private_key": key, "public_certificate": public},
            "RS256": {"private_key": key, "thumbprint": sha1},
            "PFX": self.pfx(self.registered),
        }.items():
            with self.subTest(name):
                answer = self.sign_in(credential)
                self.assertIn("access_token", answer, answer)
                claims = self.emulator.claims(answer["access_token"])
                self.assertEqual((claims["appid"], claims["appidacr"]), (self.emulator.client_id, "2"))

    def test_wrong_certificates(self):
        """Negative control for all accepted certificates."""
        other = Certificate()
        sha1 = self.registered.thumbprint(hashes.SHA1())
        for name, credential, more, error, code in [
            ("an unregistered certificate", self.pfx(other), {}, "invalid_client", 700027),
            ("another key", {"private_key": other.private_key, "thumbprint": sha1}, {}, "invalid_client", 700027),
            ("another application", self.pfx(self.registered), {"client_id": NOWHERE}, "unauthorized_client", 700016),
        ]:  # fmt: skip
            with self.subTest(name):
                answer = self.sign_in(credential, **more)
                self.assertNotIn("access_token", answer)
                self.assertEqual((answer["error"], answer["error_codes"]), (error, [code]), answer)
        with self.assertRaises(ValueError):
            self.sign_in(self.pfx(self.registered, password="another"))

    def test_a_weak_key_is_never_accepted(self):
        emulator, weak = self.another(), Certificate(1024)
        weak.register(emulator)
        authority = {"authority": emulator.tenant_authority, "verify": emulator.ca_file, "client_id": emulator.client_id}
        answer = self.sign_in(self.pfx(weak), **authority)
        self.assertNotIn("access_token", answer)
        self.assertEqual(answer["error_codes"], [50032], answer)
