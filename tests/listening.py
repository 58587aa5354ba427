"""Listen to every client that tests use, and let `tests.contract` hold what it is answered.

Flask's test client and `requests` are listened to where they get an answer, so that no test can forget to. The
numbers of all workers of a run are added up and told at its end.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from tests.contract import LEDGER, Answer, Contract, is_of_the_api

_HERE: Final = "127.0.0.1"
_COUNTED: Final = ("count", "errors")


class Listening:
    """Listen for the length of a run."""

    def __init__(self) -> None:
        self.totals = dict.fromkeys(_COUNTED, 0)
        self._patch = pytest.MonkeyPatch()

    def begin(self) -> None:
        """Stand between the clients and their answers."""
        in_process, over_a_socket = FlaskClient.open, requests.Session.send

        def opened(client: FlaskClient, *args: Any, **kwargs: Any) -> Any:
            response = in_process(client, *args, **kwargs)
            asked = response.request
            if is_of_the_api(asked.path):
                answer = Answer(
                    asked.method,
                    asked.path,
                    response.status_code,
                    dict(response.headers),
                    response.get_data(),
                )
                LEDGER.hold(_contract_of(client.application), answer)
            return response

        def sent(session: requests.Session, request: Any, **kwargs: Any) -> Any:
            response = over_a_socket(session, request, **kwargs)
            url = urlsplit(response.url)
            if url.hostname == _HERE and is_of_the_api(url.path):
                answer = Answer(
                    str(response.request.method),
                    url.path,
                    response.status_code,
                    dict(response.headers),
                    response.content,
                )
                LEDGER.hold(_contract_of_ours(), answer)
            return response

        self._patch.setattr(FlaskClient, "open", opened)
        self._patch.setattr(requests.Session, "send", sent)

    def end(self) -> None:
        """Leave the clients as they were."""
        self._patch.undo()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the run of a worker's numbers."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["answers"] = {name: getattr(LEDGER, name) for name in _COUNTED}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add up what a worker tells; one that crashed tells nothing."""
        for name, number in getattr(node, "workeroutput", {}).get("answers", {}).items():
            self.totals[name] += number

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say how many answers of the run were held to the document."""
        count, errors = (self.totals[name] + getattr(LEDGER, name) for name in _COUNTED)
        if count:
            terminalreporter.write_line(
                f"{count} responses validated against the document, {errors} of them errors"
            )


def _contract_of(app: Flask) -> Contract:
    kept: Contract | None = app.extensions.get("contract")
    if kept is None:
        kept = LEDGER.contract(app.extensions["concord.specification"].body)
        app.extensions["contract"] = kept
    return kept


@cache
def _contract_of_ours() -> Contract:
    # Tests of what is pure load nothing of the service's doors.
    from service.app import specification

    return LEDGER.contract(specification().body)
