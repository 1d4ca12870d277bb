"""The oracle as a Python object: Istio's own code, asked over a pipe.

In: a mesh as YAML and the proxies whose configuration is asked for. Out: Istio's verdict on each
object and each proxy's translation; or what Istio's analyzers say of it all. One process answers
any number of cases, one after another; it takes some 50 ms for a small mesh and keeps its size. Its
form of JSON is told in engines/README.md. It refuses nothing about a mesh: a case Istio cannot
translate is `UntranslatableError`, and the next one may be asked.
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
from typing import Any, Literal, Self

from msgspec import Struct
from msgspec.structs import asdict

from tests.agree.istio_proxy import IstioProxy
from tests.agree.istioctl import Message, messages


class UntranslatableError(Exception):
    """Istio's code could not make anything of a case, or died of it."""


class Workload(Struct, frozen=True):
    """A proxy to ask for. Its labels are those of the pod with its address, if there is one."""

    name: str
    ip: str
    namespace: str = "default"
    type: Literal["sidecar", "router"] = "sidecar"
    labels: Mapping[str, str] = {}


class Verdict(Struct, frozen=True):
    """What Istio's admission says of one object. One with an `error` is not in the mesh."""

    kind: str
    namespace: str
    name: str
    error: str = ""
    warning: str = ""


class Translation(Struct, frozen=True):
    """One case as Istio sees it; `proxies` by `namespace/name`."""

    objects: Sequence[Verdict]
    proxies: Mapping[str, IstioProxy]

    @property
    def refused(self) -> list[Verdict]:
        """The objects Istio would not admit."""
        return [each for each in self.objects if each.error]


class Oracle:
    """A running oracle; a context manager. After a crash the next question starts it anew."""

    def __init__(self, program: Path, settings: Mapping[str, str] | None = None) -> None:
        """Take the built program; it starts with the first question.

        `settings` are istiod's environment variables, such as
        PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES.
        """
        self.program = program
        self._environment = {**os.environ, **(settings or {})}
        self._process: subprocess.Popen[str] | None = None
        self._errors = Path(mkdtemp(prefix="oracle-")) / "stderr"

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

    def translate(self, kubernetes: str, istio: str, proxies: Sequence[Workload]) -> Translation:
        """Return what Istio makes of a mesh.

        `kubernetes`: Services, EndpointSlices and Pods; `istio`: Istio's own kinds; both as YAML
        documents. Without proxies only the objects are judged, which is quick.
        """
        asked = [asdict(each) for each in proxies]
        answer = self._answer({"kubernetes": kubernetes, "istio": istio, "proxies": asked})
        return Translation(
            [Verdict(**each) for each in answer.get("objects", [])],
            {
                f"{each['namespace']}/{each['name']}": _proxy(each)
                for each in answer.get("proxies", [])
            },
        )

    def analyze(self, text: str) -> list[Message]:
        """Return what Istio's analyzers say of YAML documents, those of all namespaces.

        It is what `istioctl analyze` says, without a process for each question. A document that
        they cannot read and would pass over raises UntranslatableError.
        """
        return messages(self._answer({"analyze": text}).get("messages", []))

    def _answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._ask(json.dumps(asked)))
        if "error" in answer:
            raise UntranslatableError(answer["error"])
        return answer

    def _ask(self, line: str) -> str:
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
            raise UntranslatableError("the oracle died: " + self._errors.read_text()[:2000])
        return answer

    def _start(self) -> subprocess.Popen[str]:
        with self._errors.open("w") as errors:
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                [self.program],
                stdin=pipe,
                stdout=pipe,
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


def _proxy(found: dict[str, Any]) -> IstioProxy:
    return IstioProxy(
        name=found["name"],
        namespace=found["namespace"],
        labels=found["labels"] or {},
        listeners=found["listeners"],
        inward=found["inward"],
        tables={table["name"]: table for table in found["routes"]},
        rejected=found.get("rejected", []),
        clusters=found["clusters"],
        endpoints=found["endpoints"],
    )
