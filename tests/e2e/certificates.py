"""Certificates for the sign-in of an application, and their registration at the emulator."""

import base64
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "swyx-teams test")])
DAY = datetime.timedelta(days=1)


class Certificate:
    """A new RSA key with its self-signed certificate."""

    def __init__(self, size=2048):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=size)
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(self.key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - DAY).not_valid_after(now + 30 * DAY)
        self.certificate = builder.sign(self.key, hashes.SHA256())

    @property
    def private_key(self):
        """The unencrypted private key as PEM."""
        kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, kind, plain).decode()

    @property
    def public(self):
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def pfx(self, password):
        """The key and the certificate as PFX."""
        locked = serialization.BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(b"swyx-teams", self.key, self.certificate, None, locked)

    def thumbprint(self, algorithm):
        """The thumbprint in hexadecimal digits."""
        return self.certificate.fingerprint(algorithm).hex()

    def register(self, emulator, client_id=None):
        """Adds only the public part to the application; other certificates of it are removed."""
        key = base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()
        body = {"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": key}]}
        path = f"/applications(appId='{client_id or emulator.client_id}')"
        answer = emulator.ask("PATCH", path, emulator.admin_token, json=body)
        assert answer.status_code == 204, answer.text
