"""What a name means to `laneway stop`, and what is written for the mesh to follow."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.adapters.processes import identify
from laneway.apps.local.record.state import MeshFolder, MeshRecord, WorkloadRecord, boot_id
from laneway.apps.local.record.stopped import (
    LOOK_AGAIN,
    StoppedNames,
    keep_down,
    let_up,
    read_stopped,
)
from laneway.apps.local.record.stopping import (
    CannotFollowError,
    UnknownWorkloadError,
    names,
    start,
    stop,
)
from laneway.core.fleet.wanted import Wanted
from laneway.core.mesh.mesh import Caller
from laneway.core.resources.meta import Ref

CART = Wanted(
    "cart-0", Ref("Deployment", "default", "cart"), Caller("default", ()), sidecar=True, programs=()
)


def _program(name: str, workload: str, namespace: str = "default") -> WorkloadRecord:
    return WorkloadRecord(
        replica=f"{name}.2",
        container="main",
        workload=workload,
        namespace=namespace,
        kind="Deployment",
        state="ready",
        address="127.3.0.1",
        pid=0,
        started=0,
        restarts=0,
        log="",
        name=name,
    )


class Mesh:
    """A mesh whose process is this one: it does what the files say whenever it is waited for."""

    def __init__(self, folder: MeshFolder) -> None:
        self.folder = folder
        own = identify(os.getpid())
        assert own is not None
        self.record = MeshRecord(
            "shop", own.pid, own.started, boot_id(), 0.0, ["x"], state="ready", workloads=[]
        )
        self.failing = ""

    def with_programs(self, *programs: WorkloadRecord) -> "Mesh":
        self.record = replace(self.record, workloads=list(programs))
        self.folder.write(self.record)
        return self

    def turn(self, _: float = 0.0) -> None:
        """Write every program as stopped or ready, as the files want it."""
        stopped = read_stopped(self.folder).names
        self.with_programs(
            *(
                replace(one, state=self.failing or _state(one, stopped), reason="exit code 4")
                for one in self.record.workloads
            )
        )


def _state(one: WorkloadRecord, names: frozenset[str]) -> str:
    ref = str(Ref(one.kind, one.namespace, one.workload))
    return "stopped" if not names.isdisjoint((one.name, ref)) else "ready"


@pytest.fixture
def mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mesh:
    sent: list[int] = []

    def kill(pid: int, number: int) -> None:
        assert (pid, number) == (os.getpid(), LOOK_AGAIN)
        sent.append(number)

    monkeypatch.setattr("laneway.apps.local.record.stopping.os.kill", kill)
    folder = MeshFolder(tmp_path / "shop")
    folder.logs.mkdir(parents=True)
    return Mesh(folder).with_programs(
        _program("cart-0", "cart"), _program("cart-1", "cart"), _program("desk-0", "desk")
    )


def test_a_workload_is_stopped_with_every_replica_it_will_have(mesh: Mesh) -> None:
    assert stop(mesh.folder, ["cart"], mesh.turn) == ["cart is stopped"]

    assert read_stopped(mesh.folder).names == {"Deployment default/cart"}
    assert read_stopped(mesh.folder).has(replace(CART, name="cart-7"))


@pytest.mark.parametrize("text", ["cart-1", "cart-1.2"])
def test_a_replica_is_stopped_alone_under_either_of_its_names(mesh: Mesh, text: str) -> None:
    stop(mesh.folder, [text], mesh.turn)

    assert read_stopped(mesh.folder) == StoppedNames(frozenset({"cart-1"}))
    assert not read_stopped(mesh.folder).has(CART)


def test_stopping_what_is_stopped_says_so(mesh: Mesh) -> None:
    stop(mesh.folder, ["cart"], mesh.turn)

    assert stop(mesh.folder, ["cart", "cart-0"], mesh.turn) == [
        "cart is already stopped",
        "cart-0 is already stopped",
    ]


def test_starting_what_is_not_stopped_says_so(mesh: Mesh) -> None:
    assert start(mesh.folder, ["default/cart"], mesh.turn) == ["default/cart is not stopped"]


def test_starting_a_workload_brings_all_its_replicas_back(mesh: Mesh) -> None:
    stop(mesh.folder, ["cart-0", "cart-1"], mesh.turn)

    assert start(mesh.folder, ["cart"], mesh.turn) == ["cart is ready"]
    assert read_stopped(mesh.folder) == StoppedNames()


def test_starting_one_replica_leaves_the_others_down(mesh: Mesh) -> None:
    stop(mesh.folder, ["cart"], mesh.turn)

    start(mesh.folder, ["cart-0"], mesh.turn)

    assert read_stopped(mesh.folder).names == {"cart-1"}


def test_an_unknown_name_is_told_with_the_known_ones(mesh: Mesh) -> None:
    with pytest.raises(UnknownWorkloadError, match=r"no workload or replica envoy.*: cart, desk"):
        stop(mesh.folder, ["envoy"], mesh.turn)


def test_a_name_of_two_namespaces_asks_for_one(mesh: Mesh) -> None:
    mesh.with_programs(_program("cart-0", "cart"), _program("cart.b-0", "cart", "b"))

    with pytest.raises(UnknownWorkloadError, match="Deployment default/cart or Deployment b/cart"):
        stop(mesh.folder, ["cart"], mesh.turn)
    assert stop(mesh.folder, ["b/cart"], mesh.turn) == ["b/cart is stopped"]


def test_a_program_that_cannot_run_any_more_is_told(mesh: Mesh) -> None:
    stop(mesh.folder, ["cart"], mesh.turn)
    mesh.failing = "ended"

    with pytest.raises(CannotFollowError, match=r"cart-0\.2 ended with exit code 4"):
        start(mesh.folder, ["cart"], mesh.turn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda mesh: mesh.folder.record.unlink(), "is not running"),
        (lambda mesh: mesh.folder.write(replace(mesh.record, state="starting")), "still starting"),
    ],
)
def test_a_mesh_that_is_not_up_cannot_be_told(
    mesh: Mesh, change: Callable[[Mesh], None], words: str
) -> None:
    change(mesh)

    with pytest.raises(CannotFollowError, match=words):
        stop(mesh.folder, ["cart"], mesh.turn)


def test_a_shell_is_offered_what_can_be_stopped_or_started(mesh: Mesh) -> None:
    stop(mesh.folder, ["cart-1"], mesh.turn)

    assert names(mesh.folder, stopped=False) == ["cart", "desk", "cart-0", "desk-0"]
    assert names(mesh.folder, stopped=True) == ["cart", "cart-1"]


def test_what_is_stopped_goes_with_the_mesh(mesh: Mesh) -> None:
    keep_down(mesh.folder, ["Deployment default/cart", "cart-0"])
    let_up(mesh.folder, ["cart-0", "cart-9"])
    assert read_stopped(mesh.folder).names == {"Deployment default/cart"}

    mesh.folder.clear()

    assert read_stopped(mesh.folder) == StoppedNames()
