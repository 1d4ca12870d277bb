"""The oracle as a Python object: Istio's own code, asked over a pipe.

In: a mesh as YAML and the proxies whose configuration is asked for. Out: Istio's verdict on each
object and each proxy's translation; or what Istio's analyzers say of it all. One process answers
any number of cases, one after another; it takes some 50 ms for a small mesh and keeps its size. Its
form of JSON is told in engines/README.md. It refuses nothing about a mesh: a case Istio cannot
translate is `UntranslatableError`, and the next one may be asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict

from tests.agree.istio_proxy import IstioProxy
from tests.agree.istioctl import Message, messages
from tests.agree.piped import Piped


class Workload(Struct, frozen=True):
    """A proxy to ask for. Its labels are those of the pod with its address, if there is one."""

    name: str
    ip: str
    namespace: str = "default"
    type: Literal["sidecar", "router"] = "sidecar"
    labels: Mapping[str, str] = {}

    @property
    def key(self) -> str:
        """Its namespace and name, as translations know it."""
        return f"{self.namespace}/{self.name}"


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


class Oracle(Piped):
    """A running oracle; a context manager. After a crash the next question starts it anew."""

    def __init__(self, program: Path, settings: Mapping[str, str] | None = None) -> None:
        """Take the built program; it starts with the first question.

        `settings` are istiod's environment variables, such as
        PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES.
        """
        super().__init__([str(program)], settings)
        self.program = program

    def translate(self, kubernetes: str, istio: str, proxies: Sequence[Workload]) -> Translation:
        """Return what Istio makes of a mesh.

        `kubernetes`: Services, EndpointSlices and Pods; `istio`: Istio's own kinds; both as YAML
        documents. Without proxies only the objects are judged, which is quick.
        """
        asked = [asdict(each) for each in proxies]
        answer = self.ask({"kubernetes": kubernetes, "istio": istio, "proxies": asked})
        return translation(answer)

    def analyze(self, text: str) -> list[Message]:
        """Return what Istio's analyzers say of YAML documents, those of all namespaces.

        It is what `istioctl analyze` says, without a process for each question. A document that
        they cannot read and would pass over raises UntranslatableError.
        """
        return messages(self.ask({"analyze": text}).get("messages", []))


def translation(answer: Mapping[str, Any]) -> Translation:
    """Read an answer: the verdicts on objects, and each proxy as it was translated."""
    return Translation(
        [Verdict(**each) for each in answer.get("objects", [])],
        {f"{each['namespace']}/{each['name']}": _proxy(each) for each in answer.get("proxies", [])},
    )


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
        bytes=found["bytes"],
    )
