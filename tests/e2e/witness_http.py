"""The HTTP side of the independent fake: a server for each address, answers, and streams of events."""

import json
import socket
import threading
import time
import uuid
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What a handler or a fault answers. A body that is not text is sent as JSON."""

    status: int
    body: Any = ""
    headers: dict = {}


class Request(NamedTuple):
    name: str
    method: str
    words: tuple  # the groups of the path, decoded
    query: dict
    headers: Any
    body: Any
    path: str  # as sent


class Stream:
    """An open stream of events: what it will send, and when it ends by itself."""

    def __init__(self, lifetime):
        self.waiting = deque()
        self.ends = time.monotonic() + lifetime if lifetime else float("inf")


def html(*_):
    """The answer of another program, for example of a proxy that asks for a sign-in."""
    return Answer(200, "<!DOCTYPE html><html><body>Sign in</body></html>", {"Content-Type": "text/html"})


def graph_error(status, code, **headers):
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    inner = {"date": now, "request-id": str(uuid.uuid4()), "client-request-id": str(uuid.uuid4())}
    return Answer(status, {"error": {"code": code, "message": f"{code}.", "innerError": inner}}, headers)


def problem(status, title):
    return Answer(status, {"type": "about:blank", "title": title, "status": status})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise, the kernel delays small answers and events.
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        witness, side = self.server.witness, self.server.side
        answer = witness.handle(side, self.command, self.path, self.headers, body)
        if isinstance(answer.body, Stream):
            self.stream(witness, answer.body)
            return
        data = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        kind = "application/problem+json" if side == "gateway" and answer.status >= 400 else "application/json"
        headers = {"Content-Length": str(len(data))} | ({"Content-Type": kind} if data else {}) | answer.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

    def stream(self, witness, stream):
        """Sends events until the stream is cut. The length is unknown, so the body is chunked."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        text = ": hello\n\n"
        try:
            while text is not None:
                data = text.encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                text = witness.next_events(stream)
        finally:
            witness.forget(stream)
        if witness.clean_cuts:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 128

    def __init__(self, witness, side, port=0):
        self.witness, self.side, self.connections = witness, side, set()
        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def get_request(self):
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_):
        """The client may close a connection at any time."""

    def end(self):
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
