"""A program that answers questions over a pipe, one line of JSON each.

Comes in: the words that start it. Goes out: its answers as plain data. One process answers any
number of questions; after a crash the next question starts it anew. An answer that only says what
was wrong, or none at all, is `UntranslatableError`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Self


class UntranslatableError(Exception):
    """Istio's code could not make anything of a question, or died of it."""


class Piped:
    """A program that starts with the first question; a context manager that ends it."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, str] | None = None) -> None:
        """Take the words that start it, and variables of its environment beside our own."""
        self._command = command
        self._environment = {**os.environ, **(settings or {})}
        self._process: subprocess.Popen[str] | None = None
        self._errors = Path(mkdtemp(prefix="piped-")) / "stderr"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process(self) -> subprocess.Popen[str] | None:
        """The process that answered last; None before the first question and after a crash."""
        return self._process

    def close(self) -> None:
        """End the process and remove what it left."""
        self._end()
        rmtree(self._errors.parent, ignore_errors=True)

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a question."""
        answer: dict[str, Any] = json.loads(self._answer(json.dumps(question)))
        if "error" in answer:
            raise UntranslatableError(answer["error"])
        return answer

    def _answer(self, line: str) -> str:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        answer = ""
        with suppress(BrokenPipeError):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        if not answer:
            self._end()
            died = f"{Path(self._command[0]).name} died: "
            raise UntranslatableError(died + self._errors.read_text()[:2000])
        return answer

    def _start(self) -> subprocess.Popen[str]:
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=self._environment,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(BrokenPipeError):
                process.communicate()
