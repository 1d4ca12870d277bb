"""Lock files and SBOMs that workloads name: which are opened, and what is said of others."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import pytest

from laneway.adapters.files import Reader, read_paths
from laneway.adapters.files.watch import follow
from laneway.core.compile import compile_snapshot
from laneway.core.findings.locate import locate
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.meta import Ref
from tests.rules.claims_propagation import BY_BAGGAGE, S2, calling_b
from tests.rules.world import mesh

CART = Ref("Deployment", "shop", "cart")


def write(folder: Path, named: str, manifest: str = "deploy/cart.yaml") -> None:
    """Write a Deployment whose pods name a file."""
    path = folder / manifest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: cart, namespace: shop}}
spec:
  template:
    metadata:
      annotations:
        laneway.dev/packages: {named}
    spec: {{containers: [{{name: cart}}]}}
""")


def read(path: Path | str) -> Snapshot:
    return read_paths([str(path)], packages=True)


def told(snapshot: Snapshot) -> list[str]:
    return [one.message for one in snapshot.findings]


def test_a_file_in_the_folder_is_read_by_its_path_from_the_manifest(tmp_path: Path) -> None:
    write(tmp_path, "../cart/requirements.txt")
    (tmp_path / "cart").mkdir()
    (tmp_path / "cart/requirements.txt").write_text("flask==3.1.0\n")

    snapshot = read(tmp_path)

    assert snapshot.packages[CART].versions == {"pypi/flask": ("3.1.0",)}
    assert told(snapshot) == []


def test_beside_a_manifest_that_is_named_itself_a_file_is_read(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt")
    (tmp_path / "deploy/requirements.txt").write_text("flask==3.1.0\n")

    assert read(tmp_path / "deploy/cart.yaml").packages[CART].version("pypi/flask") == "3.1.0"


def test_a_lock_file_that_a_workload_names_is_no_file_of_another_program(tmp_path: Path) -> None:
    write(tmp_path, "package-lock.json")
    lock = '{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1"}}}'
    (tmp_path / "deploy/package-lock.json").write_text(lock)

    assert told(read(tmp_path)) == []


@pytest.mark.parametrize(
    ("named", "trouble"),
    [
        ("uv.lock", "there is no such file"),
        ("../../requirements.txt", "it lies outside of the folders that are read"),
        ("/etc/hostname", "it lies outside of the folders that are read"),
        ("link.txt", "it lies outside of the folders that are read"),
        ("pipe.txt", "there is no such file"),
        (".", "there is no such file"),
        ('"a\\0b"', "embedded null byte"),
        ("empty.txt", "it lists no package"),
        ("cart.yaml", "it is none of CycloneDX"),
    ],
)
def test_a_file_that_is_not_read_is_named_at_its_annotation(
    tmp_path: Path, named: str, trouble: str
) -> None:
    inside = tmp_path / "input"
    write(inside, named)
    (tmp_path / "requirements.txt").write_text("flask==3.1.0\n")
    (inside / "deploy/link.txt").symlink_to(tmp_path / "requirements.txt")
    (inside / "deploy/empty.txt").write_text("\n")
    os.mkfifo(inside / "deploy/pipe.txt")

    snapshot = read(inside)

    (found,) = snapshot.findings
    assert found.code.id == "LW1036"
    assert trouble in found.message
    assert found.place is not None
    assert (locate(found.place).line, locate(found.place).column) == (8, 31)
    assert snapshot.packages == {}
    assert snapshot.unread == ()


def test_a_file_beyond_the_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "requirements.txt")
    (tmp_path / "deploy/requirements.txt").write_text("flask==3.1.0\n")
    monkeypatch.setattr("laneway.adapters.files.packages.LARGEST_FILE", 4)

    assert "it has more than" in told(read(tmp_path))[0]


def test_standard_input_has_no_folder(tmp_path: Path) -> None:
    write(tmp_path, "uv.lock")
    raw = (tmp_path / "deploy/cart.yaml").read_bytes()

    snapshot = read_paths(["-"], raw, packages=True)

    assert (snapshot.packages, told(snapshot)) == ({}, [])


def test_who_does_not_ask_for_packages_opens_no_lock_file(tmp_path: Path) -> None:
    write(tmp_path, "uv.lock")

    assert told(read_paths([str(tmp_path)])) == []


def test_an_edit_of_a_lock_file_is_another_snapshot(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt")
    lock = tmp_path / "deploy/requirements.txt"
    lock.write_text("flask==3.1.0\n")
    reader = Reader([str(tmp_path)], packages=True)

    before = reader.read()
    same = reader.read()
    lock.write_text("flask==3.2.0\n")
    after = reader.read()

    assert same == before
    assert same.packages[CART] is before.packages[CART]
    assert after != before
    assert not after.is_same(before)
    assert after.packages[CART].version("pypi/flask") == "3.2.0"


def test_an_edit_of_a_lock_file_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "../uv.lock")
    lock = tmp_path / "uv.lock"

    async def versions() -> list[str]:
        reader = Reader([str(tmp_path)], packages=True)
        found = []
        async with asyncio.timeout(10), aclosing(follow(reader, 0.05)) as snapshots:
            async for snapshot in snapshots:
                found.append(snapshot.packages[CART].version("pypi/a") if snapshot.packages else "")
                if len(found) == 3:
                    return found
                lock.write_text(f'[[package]]\nname = "a"\nversion = "{len(found)}"\n')
        return found

    assert asyncio.run(versions()) == ["", "1", "2"]


def test_what_is_predicted_follows_an_edit_of_the_lock_file(tmp_path: Path) -> None:
    world = mesh(group=BY_BAGGAGE, a1=calling_b(packages="requirements.txt"), s2=S2)
    (tmp_path / "mesh.yaml").write_text(world.text)
    lock = tmp_path / "requirements.txt"
    lock.write_text("flask==3.1.0\n")
    reader = Reader([str(tmp_path)], packages=True)

    before = compile_snapshot(reader.read())
    silent = [one.code.id for one in before.findings]
    lock.write_text("sentry-sdk==2.75.0\n")
    after = compile_snapshot(reader.read(), before)

    assert "LW1812" not in silent
    (found,) = [one.message for one in after.findings if one.code.id == "LW1812"]
    assert "sentry-sdk 2.75.0 in requirements.txt (measured with sentry-sdk 2.75.0)" in found
