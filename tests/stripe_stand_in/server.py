# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The HTTP server: parses requests, responds, and fails on command."""

import base64
import contextlib
import json
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from . import api, forms, intents, parameters, returns, views
from .account import Account, get_reference
from .control import Control
from .errors import ApiError
from .events import Webhooks
from .faults import ANSWERS, Faults
from .idempotency import Keys

CONTROL = "/_control/"


@dataclass
class Request:
    method: str
    path: str
    params: dict
    headers: object

    @property
    def key(self):
        return self.headers.get("Idempotency-Key") if self.method == "POST" else None


@dataclass
class Answer:
    status: int
    body: bytes
    replayed: bool = False


class Dropped(Exception):
    """The connection closes without a response."""


class StandIn:
    """Stripe, as used by the addon and its tests.

    Use it as a context manager, or with `start()` and `stop()`; it listens on loopback
    only.

    :param port: 0 for any free port
    :param state_dir: folder for `ledger.jsonl` and `requests.jsonl`, written at once
    """

    def __init__(self, port=0, state_dir=None):
        self.account = Account(state_dir)
        self.keys = Keys(self.account)
        self.faults = Faults(self.account)
        self.webhooks = Webhooks(self.account)
        self.control = Control(self.account, self.keys, self.faults, self.webhooks)
        self._server = Server(("127.0.0.1", port), Handler)
        self._server.stand_in = self
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_error):
        self.stop()

    def start(self):
        """Serve from a thread."""
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        self._server.serve_forever(poll_interval=0.1)

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    # One request

    def answer(self, request):
        """:raise Dropped: close the connection instead"""
        fault = self.faults.take(request)
        line = {
            "at": time.time(),
            "method": request.method,
            "path": request.path,
            "reference": get_reference(request.params),
            "customer": request.params.get("customer"),
            "amount": request.params.get("amount"),
            "key": request.key,
            "version": self._get_version(request),
            "fault": fault and fault.kind,
            "status": None,
        }
        try:
            answer = self._answer_or_fail(request, fault)
            line |= {"status": answer.status, "replayed": answer.replayed}
            return answer
        finally:
            self.account.log_request(line)

    def _answer_or_fail(self, request, fault):
        kind = fault and fault.kind
        try:
            self._check_secret_key(request)
            if kind == "drop_before":
                raise Dropped
            if kind in ("lock_timeout", "rate_limit"):
                raise ANSWERS[kind]
            answer = self._answer_once(request, fault)
        except ApiError as error:
            answer = self._show_error(request, error)
        if kind == "drop_after":
            raise Dropped
        return answer

    def _check_secret_key(self, request):
        sent = get_secret_key(request.headers.get("Authorization") or "")
        if sent not in self.account.settings.keys:
            shown = f"{sent[:8]}****{sent[-4:]}" if sent else "none"
            raise ApiError(
                401, "invalid_request_error", f"Invalid API Key provided: {shown}"
            )

    def _answer_once(self, request, fault):
        """Execute unless the key shows that this was done before."""
        asked = json.dumps([request.path, request.params], sort_keys=True)
        with contextlib.ExitStack() as stack:
            slot = None
            if request.key:
                slot = stack.enter_context(self.keys.hold(request.key, asked))
                if slot.answer:
                    return Answer(slot.answer.status, slot.answer.body, replayed=True)
            if fault:
                fault.wait("delay_before")
            answer, begun = self._execute(request, fault)
            if slot and begun:
                slot.answer = answer
            time.sleep(self.account.settings.latency)
            if fault:
                fault.wait("delay_after")
        return answer

    def _execute(self, request, fault):
        """:return: the response, and whether execution began"""
        kind = fault and fault.kind
        account = self.account
        version = self._get_version(request)
        name, function, ids = api.find(request.method, request.path)
        params = parameters.check(name, request.params, version)
        expand = params.pop("expand", [])
        views.check_expand(expand)
        if kind == "error_before":
            return self._show_error(request, ANSWERS["error"]), True
        with account.lock:
            intents.settle_due(account)
            intents.expire_due(account)
            try:
                result = function(account, params, **ids)
                shown = api.show(account, result, version, expand)
                answer = Answer(200, json.dumps(shown).encode())
            except ApiError as error:
                answer = self._show_error(request, error)
            returns.dispute_later(account)
        if kind == "error_after":
            answer = self._show_error(request, ANSWERS["error"])
        return answer, answer.status not in (400, 404)

    def _show_error(self, request, error):
        version = self._get_version(request)
        with self.account.lock:
            shown = views.render_error(self.account, error.error, version)
        return Answer(error.status, json.dumps(shown).encode())

    def _get_version(self, request):
        own = self.account.settings.api_version
        return request.headers.get("Stripe-Version") or own


def get_secret_key(header):
    """Return the key from `Bearer key` or from `Basic` with the key as username."""
    scheme, _space, value = header.partition(" ")
    if scheme.lower() == "basic":
        with contextlib.suppress(ValueError):
            return base64.b64decode(value).decode().partition(":")[0]
    return value if scheme.lower() == "bearer" else ""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body are sent together

    def do_GET(self):
        self._handle()

    do_POST = do_DELETE = do_GET

    def _handle(self):
        stand_in = self.server.stand_in
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if address.path.startswith(CONTROL):
            name = address.path.removeprefix(CONTROL)
            asked = json.loads(body.decode() or "{}")
            status, result = stand_in.control.call(name, asked)
            return self._send(Answer(status, json.dumps(result).encode()))
        # payment_stripe sends the parameters of GET requests in the body
        kind = self.headers.get("Content-Type") or ""
        if kind.startswith("multipart/"):
            sent = forms.decode_parts(kind, body)
        else:
            sent = forms.decode(body.decode())
        params = forms.decode(address.query) | sent
        request = Request(self.command, address.path, params, self.headers)
        try:
            return self._send(stand_in.answer(request))
        except Dropped:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return None

    def _send(self, answer):
        with contextlib.suppress(OSError):  # the client may have given up
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Request-Id", f"req_{secrets.token_hex(7)}")
            if answer.replayed:
                self.send_header("Idempotent-Replayed", "true")
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()

    def log_message(self, *_args):
        """Log nothing: requests are in the journal."""
