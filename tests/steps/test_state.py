"""A mesh's folder: its name, its record, who holds it, and what is left of it."""

import os
from pathlib import Path

import pytest
from msgspec.structs import asdict

from laneway.apps.local.record.served import placement_of
from laneway.apps.local.record.state import (
    BadNameError,
    FolderLock,
    GatewayRecord,
    MeshFolder,
    MeshRecord,
    mesh_folder,
    mesh_folders,
)
from laneway.core.emit.placement import PortPlace, Replica
from laneway.core.mesh.mesh import Caller
from laneway.core.resources.meta import Ref

REPLICA = Replica(
    "cart-0",
    Ref("Deployment", "default", "cart"),
    Caller("default", (("app", "cart"),)),
    "127.3.0.1",
    (PortPlace(8000, 8000, 20001, "http"),),
    15001,
)


@pytest.fixture
def folder(tmp_path: Path) -> MeshFolder:
    folder = MeshFolder(tmp_path / "shop")
    folder.logs.mkdir(parents=True)
    return folder


def _record(**values: object) -> MeshRecord:
    head: dict[str, object] = {
        "name": "shop",
        "pid": 1,
        "started": 2,
        "boot": "b",
        "since": 3.0,
        "paths": ["x"],
    }
    return MeshRecord(**{**head, **values})  # type: ignore[arg-type]


def test_a_record_that_stays_is_read_once_and_one_that_is_new_is_seen(folder: MeshFolder) -> None:
    folder.write(_record(state="starting"))
    assert folder.read() is not folder.read()  # another may still be written in the same moment
    os.utime(folder.record, ns=(0, 1))
    first = folder.read()
    assert folder.read() is first

    folder.write(_record(state="ready"))
    now = folder.read()

    assert first
    assert now
    assert (first.state, now.state) == ("starting", "ready")


def test_state_lies_where_the_user_says(tmp_path: Path) -> None:
    found = mesh_folder("shop", {"XDG_STATE_HOME": str(tmp_path)})

    assert found.path == tmp_path / "laneway" / "shop"


def test_a_relative_state_home_counts_as_none() -> None:
    found = mesh_folder("shop", {"XDG_STATE_HOME": "here"})

    assert found.path == Path.home() / ".local" / "state" / "laneway" / "shop"


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-a", "a-", "a" * 64, "a\n"])
def test_a_name_that_might_be_no_folder_is_refused(name: str) -> None:
    with pytest.raises(BadNameError):
        mesh_folder(name, {})


def test_a_record_is_read_as_it_was_written(folder: MeshFolder) -> None:
    record = _record(replicas=[asdict(REPLICA)])

    folder.write(record)

    found = folder.read()
    assert found is not None
    assert found.name == "shop"
    assert placement_of(found).replicas == (REPLICA,)


def test_gateways_are_found_by_selector_and_port() -> None:
    gateway = GatewayRecord({"b": "2", "a": "1"}, 80, ["default/gw"], 8080, "http://x")

    placement = placement_of(_record(gateways=[gateway]))

    assert placement.gateways == {((("a", "1"), ("b", "2")), 80): 8080}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 0}'])
def test_a_record_nobody_understands_is_none(folder: MeshFolder, text: str) -> None:
    folder.record.write_text(text)

    assert folder.read() is None


def test_a_folder_is_locked_by_one(folder: MeshFolder) -> None:
    lock = FolderLock.take(folder)

    assert lock is not None
    assert FolderLock.take(folder) is None
    lock.release()
    again = FolderLock.take(folder)
    assert again is not None
    again.release()


def test_clearing_leaves_the_logs_and_brings_the_proxies_home(folder: MeshFolder) -> None:
    folder.write(_record())
    proxy = folder.proxies / "mesh"
    proxy.mkdir(parents=True)
    (proxy / "envoy.log").write_text("words")
    (folder.logs / "envoy.log").symlink_to(proxy / "envoy.log")
    (folder.logs / "cart-0.log").write_text("more")

    folder.clear()

    assert sorted(path.name for path in folder.path.iterdir()) == ["logs"]
    assert (folder.logs / "envoy.log").read_text() == "words"
    assert (folder.logs / "cart-0.log").read_text() == "more"


def test_folders_of_meshes_are_found_by_name(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    assert mesh_folders(environment) == []
    for name in ("b", "a"):
        mesh_folder(name, environment).logs.mkdir(parents=True)

    assert [folder.name for folder in mesh_folders(environment)] == ["a", "b"]
