"""A man in the middle: forwards requests to an emulator and changes the responses, with its own certificate."""

import datetime
import ipaddress
import ssl
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from emulator import Emulator

DROPPED = {"connection", "content-length", "transfer-encoding", "content-encoding", "host", "date", "server", "accept-encoding"}


def certificate(folder):
    """Writes a key and a certificate for localhost to one file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "man in the middle")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = Path(folder, "relay.pem")
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


class Relayed(Emulator):
    """A running emulator, accessed through the relay."""

    def __init__(self, behind, base, ca_file):
        super().__init__()
        self.log_file = behind.log_file
        told = {"authority": base, "graph": f"{base}/v1.0", "gateway": f"{base}/swyx", "ca_file": str(ca_file)}
        self.facts = behind.facts | told


@contextmanager
def relay(behind, change):
    """Runs a relay. `change(path, text)` returns the body to send instead of `text`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in DROPPED}
            got = behind.ask(self.command, behind.authority + self.path, data=body, headers=headers, allow_redirects=False)
            text = change(self.path, got.text.replace(behind.authority, base)).encode()
            self.send_response(got.status_code)
            for name, value in got.headers.items():
                if name.lower() not in DROPPED:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, *_):
            pass

    with tempfile.TemporaryDirectory() as folder, ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        pem = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        base = f"https://localhost:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Relayed(behind, base, pem)
        finally:
            server.shutdown()
