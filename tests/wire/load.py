"""Constant load from one client, and what came of it."""

import http.client
import threading
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.wire.local_mesh import Answer, LocalMesh


class Load:
    """Requests through the gateway, one after another, for the length of a block.

    `outcomes` counts what was met: the lane of all pods of a chain, or what went wrong.
    """

    def __init__(self, mesh: LocalMesh, headers: Mapping[str, str]) -> None:
        self.outcomes: Counter[str] = Counter()
        self._mesh = mesh
        self._headers = headers
        self._over = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> Self:
        self._thread.start()
        self._begun.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _send(self) -> None:
        while not self._over.is_set():
            try:
                outcome = _lane(self._mesh.enter(headers=self._headers))
            except (OSError, http.client.HTTPException) as problem:
                outcome = repr(problem)
            self.outcomes[outcome] += 1
            self._begun.set()


def _lane(answer: Answer) -> str:
    """Return the one lane all pods of a chain belong to, or the chain as it was."""
    if answer.status != 200 or len(answer.pods) != 3:
        return f"{answer.status} {answer.pods} {answer.body}"
    lanes = {pod.split("-")[1] for pod in answer.pods}
    return lanes.pop() if len(lanes) == 1 else " ".join(answer.pods)
