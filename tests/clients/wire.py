"""Stand between a client and the service and write down what passes; change nothing."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.clients.steps import Exchange

# What speaks of one connection only, and is not passed on.
_OF_THE_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings", "te"}
)
_SECONDS = 30


class Wire:
    """Hold what passed since it was last taken."""

    def __init__(self) -> None:
        self.base = ""
        self._passed: list[Exchange] = []
        self._lock = threading.Lock()

    def note(self, exchange: Exchange) -> None:
        """Add what just passed."""
        with self._lock:
            self._passed.append(exchange)

    def take(self) -> list[Exchange]:
        """Return what passed, and begin anew."""
        with self._lock:
            passed, self._passed = self._passed, []
        return passed


@contextlib.contextmanager
def wire_to(upstream: str) -> Iterator[Wire]:
    """Listen on a free port of 127.0.0.1 for as long as the block lasts."""
    wire = Wire()
    where = urlsplit(upstream)
    host, port = where.hostname or "127.0.0.1", where.port or 80

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in _OF_THE_HOP and name.lower() != "host"
            }
            connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
            try:
                connection.request(self.command, self.path, body=body, headers=headers)
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            wire.note(
                Exchange(
                    method=self.command,
                    target=self.path,
                    if_match=self.headers.get("If-Match"),
                    authorized=self.headers.get("Authorization", "").startswith("Bearer "),
                    body=body,
                    status=answer.status,
                    content_type=(answer.getheader("Content-Type") or "").split(";")[0].strip(),
                )
            )
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_THE_HOP and name.lower() != "content-length":
                    self.send_header(name, value)
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # its library's names

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # its library's name
            """Say nothing: what passes is told by the table."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    wire.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
