"""Tests of the emulator as a program: its folder, its certificate and its end."""

import ipaddress
import shutil
from pathlib import Path

from cryptography import x509

from common import Case, ours
from emulator import Emulator


class Program(Case):
    def test_serves_only_this_machine(self):
        for address in ("0.0.0.0:0", "[::]:0", "192.0.2.1:0"):
            with self.subTest(address):
                self.refuses(ours("emulate", "--listen", address), "loopback", code=2)
        with Emulator() as emulator:
            self.assertIn("trials and tests", emulator.said())

    def test_certificate_authority_is_limited_to_loopback(self):
        with Emulator() as emulator:
            file = Path(emulator.ca_file)
            self.assertEqual([path.name for path in file.parent.iterdir()], [file.name], "no key lies beside it")
            text = file.read_bytes()
            authority = x509.load_pem_x509_certificate(text)
        self.assertEqual((text.count(b"-----BEGIN"), b"PRIVATE" in text), (1, False))
        allowed = authority.extensions.get_extension_for_class(x509.NameConstraints)
        self.assertTrue(allowed.critical)
        names = {str(name.value) for name in allowed.value.permitted_subtrees}
        self.assertIn("localhost", names)
        for name in names - {"localhost"}:
            self.assertTrue(ipaddress.ip_network(name).is_loopback, name)
        self.assertTrue(authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)

    def test_killed_emulator_leaves_its_folder(self):
        """Negative control for the normal end of the emulator."""
        with self.assertRaises(AssertionError):
            with Emulator() as emulator:
                emulator.process.kill()
                emulator.process.wait()
        folder = Path(emulator.ca_file).parent
        self.assertTrue(folder.exists())
        shutil.rmtree(folder)

    def test_invalid_options(self):
        for words in (["--scenario", "nonsense"], ["--fault", "nonsense"], ["--fault", "throttle=2"], ["--users", "-1"]):
            with self.subTest(words):
                self.assertEqual(ours("emulate", "--listen", "127.0.0.1:0", *words).returncode, 2)
