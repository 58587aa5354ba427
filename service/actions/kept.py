"""Keep rendered documents, so that a plan nobody has changed is not built again.

Bytes are keyed by everything they depend on (build, knowledge version, plan, revision, view, day), never by a
person; the gate and the audit row have run before anything kept is looked up.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

_MOST_BYTES = 64 * 1024 * 1024


class Kept:
    """Hold the most recently used documents, up to a number of bytes."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._documents: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            found = self._documents.get(key)
            if found is not None:
                self._documents.move_to_end(key)
            return found

    def put(self, key: Hashable, document: bytes) -> None:
        with self._lock:
            old = self._documents.pop(key, None)
            self._size += len(document) - (len(old) if old else 0)
            self._documents[key] = document
            while self._size > self._most and self._documents:
                _, dropped = self._documents.popitem(last=False)
                self._size -= len(dropped)


SUMMARIES = Kept()
