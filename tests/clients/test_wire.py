"""What stands between client and service changes nothing and misses nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from tests.clients.wire import wire_to

pytestmark = pytest.mark.clients


class Echo(BaseHTTPRequestHandler):
    """Answer with what came: 204 to a DELETE, a problem to a PATCH, the body to the rest."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = {"DELETE": 204, "PATCH": 412}.get(self.command, 200)
        self.send_response(status)
        self.send_header("ETag", 'W/"7"')
        kind = "application/problem+json" if status == 412 else "application/json; charset=utf-8"
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # its library's name
        """Say nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_passes_everything_on_and_writes_it_down(echo: str) -> None:
    headers = {"Authorization": "Bearer x", "If-Match": 'W/"6"'}
    with wire_to(echo) as wire:
        posted = requests.post(f"{wire.base}/a?b=c%20d", data=b"{}", headers=headers, timeout=5)
        refused = requests.patch(f"{wire.base}/a", data=b"[]", timeout=5)
        gone = requests.delete(f"{wire.base}/a", timeout=5)
        passed = wire.take()
        assert wire.take() == []

    assert (posted.status_code, posted.content, posted.headers["ETag"]) == (200, b"{}", 'W/"7"')
    assert (refused.status_code, gone.status_code, gone.content) == (412, 204, b"")
    assert [(one.method, one.target, one.body, one.status) for one in passed] == [
        ("POST", "/a?b=c%20d", b"{}", 200),
        ("PATCH", "/a", b"[]", 412),
        ("DELETE", "/a", b"", 204),
    ]
    assert [one.authorized for one in passed] == [True, False, False]
    assert [one.if_match for one in passed] == ['W/"6"', None, None]
    assert [one.content_type for one in passed][:2] == [
        "application/json",
        "application/problem+json",
    ]


def test_it_listens_on_this_machine_only_and_ends(echo: str) -> None:
    with wire_to(echo) as wire:
        base = wire.base
        assert base.startswith("http://127.0.0.1:")
    with pytest.raises(requests.ConnectionError):
        requests.get(base, timeout=5)
