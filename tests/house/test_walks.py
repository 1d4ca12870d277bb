"""The walks of ARCHITECTURE.md are walked: modules are entered in the order that is written.

Each walk is done and traced. No module that is named may be entered before those above it, and none
may be missing.
"""

import re
import sys
from collections.abc import Callable
from itertools import pairwise
from types import FrameType

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.routing.ask.journey import journey
from laneway.core.routing.ask.request import Request
from tests.house.trees import CODE, ROOT
from tests.laws.objects import Object
from tests.operator.model_api import ModelApi
from tests.operator.running import at_work
from tests.operator.town import begin, create
from tests.operator.virtual_time import in_virtual_time
from tests.proof import shop
from tests.snapshot import snapshot_of_texts

PACKAGE = str(CODE)
FILES = sorted((ROOT / "examples" / "gitops").glob("*.yaml"))
WALKS = {
    text.partition("\n")[0]: text.partition("\n## ")[0]
    for text in (ROOT / "ARCHITECTURE.md").read_text().split("\n## Follow ")[1:]
}


class Trace:
    """The modules that are entered, in their order, and by which function.

    Of coroutines that wake inside one another the innermost is entered. Making a value is no call.
    """

    def __init__(self) -> None:
        self.entered: dict[str, str] = {}
        self.woken: FrameType | None = None

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        del argument
        if event == "call" and is_woken(frame):
            self.woken = frame
            return
        if self.woken is not None:
            self.enter(self.woken)
            self.woken = None
        if event == "call":
            self.enter(frame)

    def enter(self, frame: FrameType) -> None:
        """Note the module of a frame, unless it only makes a value."""
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        makes_value = any(
            one is not None and one.f_code.co_filename == file and one.f_code.co_name[:2] == "__"
            for one in (frame, frame.f_back)
        )
        if file.startswith(PACKAGE) and not makes_value:
            self.entered.setdefault(file[len(PACKAGE) + 1 :], name)


def is_woken(frame: FrameType) -> bool:
    """Whether a frame goes on after it waited: the operand of RESUME says so."""
    return frame.f_code.co_code[frame.f_lasti + 1] != 0


def traced(walk: Callable[[], object]) -> Trace:
    """Do a walk and return its trace."""
    trace = Trace()
    sys.setprofile(trace)
    try:
        walk()
    finally:
        sys.setprofile(None)
    return trace


def astray(title: str, trace: Trace) -> list[str]:
    """Say where a walk goes another way than it is written."""
    steps = re.split(r"^\d+\. ", WALKS[title], flags=re.MULTILINE)[1:]
    turn = {
        name: number
        for number, text in enumerate(steps, 1)
        for name in re.findall(r"`([\w/]+\.py)`", text)
    }
    met = [name for name in trace.entered if name in turn]
    back = [
        f"{after}: {trace.entered[after]}, after {before}"
        for before, after in pairwise(met)
        if turn[after] < turn[before]
    ]
    return back + [f"{name} is not entered" for name in turn if name not in met]


def _compiled() -> Compilation:
    return compile_snapshot(snapshot_of_texts([(one.name, one.read_text()) for one in FILES]))


def test_a_lane_becomes_a_route_as_it_is_written() -> None:
    trace = traced(lambda: _compiled().manifests())

    assert astray("one lane from its file to a route", trace) == []


def test_a_lane_is_held_on_a_cluster_as_it_is_written() -> None:
    api = ModelApi()
    begin(api)
    trace = traced(lambda: in_virtual_time(at_work(api, create)))

    assert astray("one lane on a cluster", trace) == []


def test_a_request_goes_as_it_is_written() -> None:
    made = _compiled()
    start = made.plan.gateway_ports[0]
    trace = traced(lambda: journey(made.mesh, made.plan, Request(path="/mock"), start))

    assert astray("one request", trace) == []


def test_a_proof_goes_as_it_is_written() -> None:
    def spoil(found: list[Object]) -> None:
        shop.routes(found, "*")[0]["route"][0]["destination"]["subset"] = "s2"

    mesh = shop.strict()
    found = shop.rendered(mesh)
    spoil(found)
    trace = traced(lambda: shop.proven([*mesh, *found]))

    assert astray("a proof", trace) == []


def test_a_walk_that_goes_back_is_seen() -> None:
    title = "one lane from its file to a route"
    trace = traced(lambda: _compiled().manifests())
    documents = "core/resources/yaml/documents.py"
    del trace.entered[documents]
    trace.entered[documents] = "read"

    assert astray(title, trace) == [f"{documents}: read, after core/emit/istio.py"]

    del trace.entered[documents]

    assert astray(title, trace) == [f"{documents} is not entered"]
