"""A fake of Entra ID's token endpoint, of Microsoft Graph's presences and of the gateway, written from the public contracts only.

The sources are Microsoft's pages about `getPresencesByUserId`, `setPresence`, `clearPresence`, JSON batching and the client credentials
grant, and `schema/swyx-gateway.openapi.json`. It shares no code with the client or its emulator, so a misunderstanding of the client is
not repeated here. A test changes the state while the client runs, and waits for effects. `violations` lists what the client did against
the contracts; `effects` lists what it changed, and `requests` what it requested.
"""

import base64
import itertools
import json
import re
import socket
import threading
import time
import uuid
from collections import deque
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from witness_http import Answer, Request, Server, Stream, graph_error, problem

# Pairs that setPresence accepts, and the order in which sessions win, from Microsoft's page about presence states.
SETTABLE = {"Available/Available", "Busy/InACall", "Busy/InAConferenceCall", "Away/Away", "DoNotDisturb/Presenting"}
RANKS = ["Offline", "Away", "Available", "Busy", "DoNotDisturb"]
STATUSES = ("Available", "Away", "DoNotDisturb", "Speaking")
MAX_IDS, MAX_PARTS, MAX_PRESENCE_REQUESTS, PRESENCE_WINDOW = 650, 20, 1500, 30
NO_SESSION, CALL = None, "Busy/InACall"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")
COMMENT_SECONDS = 10


class Entry(NamedTuple):
    """An element of `effects` or of `requests`. The value of a request is the HTTP status of its answer."""

    at: float
    what: str
    user: str | None = None
    value: Any = None
    cursor: str | None = None


class User:
    def __init__(self, number, name, mail, presence, status):
        self.number, self.name, self.mail, self.id = number, name, mail, str(uuid.uuid4())
        self.own, self.session, self.expires = presence, NO_SESSION, 0.0
        self.status, self.in_call, self.sequence, self.position = status, False, 1, 0

    @property
    def presence(self):
        """The pair that Graph shows: the strongest of the session of the Teams client and that of the application."""
        if self.session and self.expires <= time.monotonic():
            self.session = NO_SESSION
        rank = lambda pair: RANKS.index(pair.partition("/")[0])  # noqa: E731
        return self.own if self.session is NO_SESSION or rank(self.own) > rank(self.session) else self.session

    @property
    def visible(self):
        return "Speaking" if self.in_call else self.status

    def as_status(self):
        return {"id": self.number, "status": self.visible, "inCall": self.in_call, "sequence": self.sequence}

    def as_presence(self):
        availability, activity = self.presence.split("/")
        away = {"message": None, "isOutOfOffice": False}
        return {"id": self.id, "availability": availability, "activity": activity, "outOfOfficeSettings": away}


ROUTES = {
    "login": [("token", "POST", r"/([^/]+)/oauth2/v2\.0/token")],
    "graph": [
        ("users", "GET", r"/v1\.0/users"),
        ("presences", "POST", r"/v1\.0/communications/getPresencesByUserId"),
        ("set", "POST", r"/v1\.0/users/([^/]+)/presence/setPresence"),
        ("clear", "POST", r"/v1\.0/users/([^/]+)/presence/clearPresence"),
        ("batch", "POST", r"/v1\.0/\$batch"),
    ],
    "gateway": [
        ("capabilities", "GET", r"/v1/capabilities"),
        ("swyx_users", "GET", r"/v1/users"),
        ("statuses", "GET", r"/v1/statuses"),
        ("put", "PUT", r"/v1/users/([^/]+)/status"),
        ("events", "GET", r"/v1/events"),
    ],
}


def opaque(token):
    """A part of a token that looks like the token of Entra ID, without a meaning."""
    return base64.urlsafe_b64encode(json.dumps(token).encode()).rstrip(b"=").decode()


class Witness:
    """One tenant with its SwyxServer. `faults` maps the name of a route to a hook.

    A hook gets the request and a function that handles it as usual, and returns the answer. It runs without the lock, so it may wait.
    """

    def __init__(self, count=0, page=100):
        self.tenant, self.client = str(uuid.uuid4()), str(uuid.uuid4())
        self.secret, self.gateway_token = "abc8Q~" + uuid.uuid4().hex + "wW", uuid.uuid4().hex + uuid.uuid4().hex
        self.changed = threading.Condition(threading.RLock())
        self.users, self.tokens, self.faults, self.page = {}, {}, {}, page
        self.requests, self.effects, self.violations = [], [], []
        self.epoch, self.position, self.streams, self.clean_cuts = "a", 0, [], True
        # Each stream ends after so many seconds, with and without the end mark of HTTP in turn.
        self.stream_seconds, self.cuts = None, []
        self.token_answer = {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599}
        self.limited = deque()
        self.closed, self.servers = {}, {side: Server(self, side) for side in ROUTES}
        self.ports = {side: server.server_port for side, server in self.servers.items()}
        for number in range(1001, 1001 + count):
            self.add(str(number))

    # What tests use.

    def url(self, side):
        return f"http://127.0.0.1:{self.ports[side]}"

    def add(self, number, presence="Available/Available", status="Available"):
        """Adds a user on both sides."""
        with self.changed:
            user = self.users[number] = User(number, f"User {number}", f"user.{len(self.users)}@example.com", presence, status)
            return user

    def teams(self, number, presence):
        """The user's own Teams client changes the presence."""
        with self.changed:
            self.users[number].own = presence
            return time.monotonic()

    def call(self, number):
        return self._in_call(number, True)

    def hangup(self, number):
        return self._in_call(number, False)

    def was_asked(self, name, since=0.0, status=200, cursor=True):
        """Whether a request was answered with this status; without a cursor, if `cursor` is false."""
        with self.changed:
            return any((e.what, e.value) == (name, status) and e.at >= since and (cursor or e.cursor is None) for e in self.requests)

    def cut(self, clean=True):
        """Ends all streams of events, with or without the end mark of HTTP."""
        with self.changed:
            self.clean_cuts = clean
            for stream in self.streams:
                stream.waiting.append(None)
            self.streams.clear()
            self.changed.notify_all()
            return time.monotonic()

    def announce_users(self):
        with self.changed:
            self._event("users", {})

    def restart_gateway(self):
        """Earlier cursors become unknown, and sequences start again, as after a restart of the gateway."""
        with self.changed:
            self.epoch, self.position = chr(ord(self.epoch) + 1), 0
            for user in self.users.values():
                user.sequence, user.position = 1, 0
            self.cut(clean=False)
            return time.monotonic()

    def down(self, side):
        """The side is unreachable: its port refuses connections, and the open ones are closed."""
        self.servers[side].end()
        # A bound port that does not listen refuses connections, and no other program can get it meanwhile.
        self.closed[side] = socket.socket()
        self.closed[side].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.closed[side].bind(("127.0.0.1", self.ports[side]))
        if side == "gateway":
            self.cut(clean=False)

    def up(self, side):
        self.closed.pop(side).close()
        self.servers[side] = Server(self, side, self.ports[side])

    def close(self):
        for side in ROUTES:
            if side in self.closed:
                self.closed.pop(side).close()
            else:
                self.servers[side].end()
        self.cut(clean=False)

    def wait(self, condition, seconds, why):
        """Waits until the condition holds, and returns its value."""
        end = time.monotonic() + seconds
        with self.changed:
            while not (value := condition()):
                left = end - time.monotonic()
                if left <= 0:
                    recent = "\n".join(str(entry) for entry in self.requests[-40:])
                    raise AssertionError(f"not within {seconds} s: {why}\neffects: {self.effects[-20:]}\nrequests:\n{recent}")
                # Sessions end without a notification.
                self.changed.wait(min(left, 0.2))
            return value

    def effect(self, what, user, value, since, seconds):
        """Waits for an effect after a time, and returns how long it took."""

        def found():
            wanted = (what, user, value)
            return next((e for e in self.effects if e.at >= since and (e.what, e.user, e.value) == wanted), None)

        return self.wait(found, max(0, since + seconds - time.monotonic()), f"{what} {user} {value}").at - since

    def count(self, name, since=0.0):
        with self.changed:
            return sum(entry.what == name and entry.at >= since for entry in self.requests)

    def done(self, what, user=None, value=None):
        """Returns the effects of this kind."""
        wanted = lambda e: e.what == what and user in (None, e.user) and value in (None, e.value)  # noqa: E731
        with self.changed:
            return [e for e in self.effects if wanted(e)]

    def sessions(self):
        """Returns the users with a session of the application."""
        with self.changed:
            return sorted(user.number for user in self.users.values() if user.presence and user.session)

    # How requests are handled.

    def handle(self, side, method, path, headers, data):
        parts = urlsplit(path)
        for name, wanted, pattern in ROUTES[side]:
            if method == wanted and (found := re.fullmatch(pattern, parts.path)):
                break
        else:
            self.violate(f"unexpected request: {method} {side} {path}")
            return Answer(404)
        words = tuple(unquote(word, errors="strict") for word in found.groups())
        query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        request = Request(name, method, words, query, headers, self._body(name, headers, data), path)
        if refused := getattr(self, f"_admit_{side}")(request):
            return refused
        return self._through_fault(request)

    def violate(self, text):
        with self.changed:
            self.violations.append(text)

    def _through_fault(self, request):
        def proceed():
            with self.changed:
                return getattr(self, f"_{request.name}")(request)

        hook = self.faults.get(request.name)
        answer = hook(request, proceed) if hook else proceed()
        with self.changed:
            cursor = request.query.get("since", request.headers.get("Last-Event-ID"))
            user = request.words[0] if request.words else None
            self.requests.append(Entry(time.monotonic(), request.name, user, answer.status, cursor))
            self.changed.notify_all()
        return answer

    def _body(self, name, headers, data):
        if not data:
            return None
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != ("application/x-www-form-urlencoded" if name == "token" else "application/json"):
            self.violate(f"{name}: content type {kind!r}")
        if name == "token":
            return {key: values[0] for key, values in parse_qs(data.decode(), strict_parsing=True).items()}
        return json.loads(data)

    def _admit_login(self, request):
        return None

    def _admit_graph(self, request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        with self.changed:
            valid = scheme == "Bearer" and self.tokens.get(token, 0) > time.monotonic()
        return None if valid else graph_error(401, "InvalidAuthenticationToken", **{"WWW-Authenticate": "Bearer"})

    def _admit_gateway(self, request):
        if not GUID.fullmatch(request.headers.get("client-request-id", "")):
            self.violate(f"{request.name}: no client-request-id")
        if request.headers.get("Authorization") == f"Bearer {self.gateway_token}":
            return None
        self.violate(f"{request.name}: wrong token of the gateway")
        return problem(401, "Unauthorized")

    # Entra ID.

    def _token(self, request):
        form, wanted = request.body or {}, {
            "client_id": self.client, "client_secret": self.secret,
            "scope": "https://graph.microsoft.com/.default", "grant_type": "client_credentials",
        }  # fmt: skip
        wrong = {key for key, value in wanted.items() if form.get(key) != value}
        if wrong or request.words != (self.tenant,):
            self.violate(f"token: wrong {sorted(wrong)}")
            return Answer(400, {"error": "invalid_request", "error_description": "AADSTS900144: wrong.", "error_codes": [900144]})
        claims = {"aud": self.url("graph"), "appid": self.client, "tid": self.tenant, "jti": str(uuid.uuid4())}
        claims |= {"roles": ["Presence.ReadWrite.All", "User.ReadBasic.All"], "exp": int(time.time()) + 3599, "iat": int(time.time())}
        token = f"{opaque({'typ': 'JWT', 'alg': 'RS256'})}.{opaque(claims)}.{opaque('signature')}"
        self.tokens[token] = time.monotonic() + 3599
        return Answer(200, self.token_answer | {"access_token": token})

    # Microsoft Graph.

    def _users(self, request):
        top = min(int(request.query.get("$top", self.page)), self.page)
        start = int(request.query.get("$skiptoken", 0))
        users = list(self.users.values())
        value = [{"id": u.id, "displayName": u.name, "mail": u.mail, "userPrincipalName": u.mail} for u in users[start : start + top]]
        body = {"@odata.context": f"{self.url('graph')}/v1.0/$metadata#users", "value": value}
        if start + top < len(users):
            more = urlencode(request.query | {"$skiptoken": start + top})
            body["@odata.nextLink"] = f"{self.url('graph')}/v1.0/users?{more}"
        return Answer(200, body)

    def _count_presence_request(self):
        now = time.monotonic()
        self.limited.append(now)
        while self.limited[0] < now - PRESENCE_WINDOW:
            self.limited.popleft()
        if len(self.limited) > MAX_PRESENCE_REQUESTS:
            self.violate("more than 1,500 presence requests in 30 s")

    def _presences(self, request):
        self._count_presence_request()
        ids = request.body["ids"]
        if not 0 < len(ids) <= MAX_IDS or len(set(ids)) != len(ids):
            self.violate(f"presences: {len(ids)} ids")
            return graph_error(400, "InvalidArgument")
        by_id = {user.id: user for user in self.users.values()}
        return Answer(200, {"value": [by_id[one].as_presence() for one in ids if one in by_id]})

    def _teams_user(self, request):
        self._count_presence_request()
        if request.body.get("sessionId") != self.client:
            self.violate(f"{request.name}: the session id is not the client id")
        return next((user for user in self.users.values() if user.id == request.words[0]), None)

    def _set(self, request):
        user, body = self._teams_user(request), request.body
        if user is None:
            return graph_error(404, "NotFound")
        pair, found = f"{body.get('availability')}/{body.get('activity')}", DURATION.fullmatch(body.get("expirationDuration", "PT5M"))
        days, hours, minutes, seconds = (int(word or 0) for word in (found.groups() if found else "0000"))
        lasts = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        if pair not in SETTABLE or not 300 <= lasts <= 4 * 3600:
            self.violate(f"set: {body}")
            return graph_error(400, "InvalidArgument")
        user.session, user.expires = pair, time.monotonic() + lasts
        self._effect("set", user, pair)
        return Answer(200)

    def _clear(self, request):
        user = self._teams_user(request)
        if user is None or not (user.presence and user.session):
            return graph_error(404, "NotFound")
        user.session = NO_SESSION
        self._effect("clear", user, None)
        return Answer(200)

    def _batch(self, request):
        parts = request.body["requests"]
        if not 0 < len(parts) <= MAX_PARTS or len({part["id"] for part in parts}) != len(parts):
            self.violate(f"batch: {len(parts)} parts")
            return graph_error(400, "BadRequest")
        # The order of the answers is not defined.
        return Answer(200, {"responses": [self._part(part) for part in reversed(parts)]})

    def _part(self, part):
        headers = {name.title(): value for name, value in part.get("headers", {}).items()}
        if not part["url"].startswith("/") or part["url"].startswith("/v1.0"):
            self.violate(f"batch: url {part['url']}")
        for name, method, pattern in ROUTES["graph"][:-1]:
            if part["method"] == method and (found := re.fullmatch(pattern, "/v1.0" + urlsplit(part["url"]).path)):
                break
        else:
            self.violate(f"batch: {part}")
            return {"id": part["id"], "status": 404, "headers": {}}
        body = self._body(name, headers, json.dumps(part["body"]).encode()) if "body" in part else None
        answer = self._through_fault(Request(name, method, found.groups(), {}, headers, body, part["url"]))
        result = {"id": part["id"], "status": answer.status, "headers": dict(answer.headers)}
        if isinstance(answer.body, str):
            # Graph encodes a body that is not JSON.
            return result | ({"body": base64.b64encode(answer.body.encode()).decode()} if answer.body else {})
        return result | {"headers": {"Content-Type": "application/json"} | answer.headers, "body": answer.body}

    # The gateway.

    def _cursor(self):
        return f"{self.epoch}-{self.position}"

    def _position(self, cursor):
        """Returns the position of a cursor, or None if it is unknown."""
        epoch, _, position = cursor.partition("-")
        return int(position) if epoch == self.epoch and position.isdigit() and int(position) <= self.position else None

    def _page(self, request, items):
        start = int(request.query.get("after", "page-0").removeprefix("page-"))
        end = start + self.page
        return items[start:end], f"page-{end}" if end < len(items) else None

    def _capabilities(self, request):
        return Answer(200, {"version": 1, "statuses": list(STATUSES)})

    def _swyx_users(self, request):
        users, after = self._page(request, list(self.users.values()))
        return Answer(200, {"users": [{"id": u.number, "name": u.name, "email": u.mail, "enabled": True} for u in users], "next": after})

    def _statuses(self, request):
        since = self._position(request.query["since"]) if "since" in request.query else -1
        if since is None:
            return problem(410, "Gone")
        users, after = self._page(request, [user for user in self.users.values() if user.position > since])
        return Answer(200, {"cursor": self._cursor(), "statuses": [user.as_status() for user in users], "next": after})

    def _put(self, request):
        if not re.fullmatch(r"/v1/users/([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+/status", request.path):
            self.violate(f"put: path {request.path}")
        user, status = self.users.get(request.words[0]), (request.body or {}).get("status")
        if user is None:
            return problem(404, "Not Found")
        if status not in STATUSES:
            self.violate(f"put: status {status}")
            return problem(422, "Unprocessable Content")
        before, user.status = user.visible, status
        self._effect("put", user, status)
        if user.visible != before:
            self._change(user)
        return Answer(200, user.as_status())

    def _events(self, request):
        if request.headers.get("Accept-Encoding", "identity") != "identity":
            self.violate("events: the request allows compression")
        last, stream = request.headers.get("Last-Event-ID"), Stream(self.stream_seconds)
        if last is not None:
            if (position := self._position(last)) is None:
                return problem(410, "Gone")
            missed = sorted((user for user in self.users.values() if user.position > position), key=lambda user: user.position)
            stream.waiting.extend(self._as_event(user.position, "status", user.as_status()) for user in missed)
        self.streams.append(stream)
        if len(self.streams) > 2:
            self.violate("events: more than two streams")
        return Answer(200, stream)

    def next_events(self, stream):
        """Waits for events of a stream. Returns their text, or None at its end."""
        with self.changed:
            left = stream.ends - time.monotonic()
            if not self.changed.wait_for(lambda: stream.waiting, max(0, min(left, COMMENT_SECONDS))):
                if left > COMMENT_SECONDS:
                    return ":\n\n"
                self.cuts.append(time.monotonic())
                self.clean_cuts = len(self.cuts) % 2 == 0
                self.forget(stream)
                return None
            texts = list(itertools.takewhile(lambda text: text is not None, stream.waiting))
            for _ in texts:
                stream.waiting.popleft()
            return "".join(texts) or None

    def forget(self, ended):
        with self.changed:
            self.streams = [stream for stream in self.streams if stream is not ended]
            self.changed.notify_all()

    def _as_event(self, position, name, data):
        return f"id: {self.epoch}-{position}\nevent: {name}\ndata: {json.dumps(data)}\n\n"

    def _event(self, name, data):
        self.position += 1
        for stream in self.streams:
            stream.waiting.append(self._as_event(self.position, name, data))
        self.changed.notify_all()

    def _change(self, user):
        user.sequence += 1
        user.position = self.position + 1
        self._event("status", user.as_status())

    def _in_call(self, number, in_call):
        with self.changed:
            user = self.users[number]
            user.in_call = in_call
            self._change(user)
            return time.monotonic()

    def _effect(self, what, user, value):
        self.effects.append(Entry(time.monotonic(), what, user.number, value))
        self.changed.notify_all()
