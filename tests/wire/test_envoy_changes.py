"""Changes while requests flow: confirmed, in safe order, and taken back when Envoy says no."""

import asyncio
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.adapters.envoy import EnvoyFleet, EnvoyStartError, Restarted, Settings
from laneway.adapters.envoy.watches import watched
from laneway.core.emit.envoy.config import EnvoyConfig, ProxyConfig, table_file
from tests.wire.lanes import CHAIN, lanes
from tests.wire.load import Load
from tests.wire.local_mesh import LocalMesh, free_port, running

pytestmark = pytest.mark.envoy

ENTRY = "gateway/istio=ingressgateway/80"
SPLIT = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: split, namespace: istio-system, creationTimestamp: "2020-01-01T00:00:00Z"}
spec:
  hosts: ["*"]
  gateways: [ingressgateway]
  http:
  - name: split
    match: [{uri: {exact: /mock}}]
    route:
    - weight: %d
      destination: {host: mocka.default.svc.cluster.local, subset: s1, port: {number: 8000}}
    - weight: %d
      destination: {host: mocka.default.svc.cluster.local, subset: s2, port: {number: 8000}}
"""
KILLED_RUN = """
import asyncio, os, pickle, signal, sys
from pathlib import Path
from laneway.adapters.envoy import EnvoyFleet
fleet = EnvoyFleet(Path(sys.argv[1]))
asyncio.run(fleet.apply(pickle.loads(Path(sys.argv[2]).read_bytes())))
os.kill(os.getpid(), signal.SIGKILL)
"""
BOTH = lanes(("v1", "v2"))


def split(first: int, yaml: str = BOTH) -> str:
    return yaml + "\n---\n" + SPLIT % (first, 100 - first)


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[LocalMesh]:
    with running(tmp_path / "state", BOTH) as local:
        yield local


def with_table(config: EnvoyConfig, name: str, header: str) -> EnvoyConfig:
    """Return a configuration in which one table sets a header to a value of the test's own."""
    proxy = config.proxies["mesh"]
    edit = {"header": {"key": "x-edit", "value": header}}
    table = proxy.tables[name] | {"request_headers_to_add": [edit]}
    changed = ProxyConfig(proxy.listeners, {**proxy.tables, name: table}, proxy.clusters)
    return replace(config, proxies={"mesh": changed})


def kill(pid: int) -> None:
    """Kill a process and wait until it is dead."""
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([descriptor], [], [], 10)
    os.close(descriptor)


def test_a_changed_weight_is_one_step_and_is_live_when_it_is_confirmed(mesh: LocalMesh) -> None:
    mesh.apply(split(100))

    done = mesh.apply(split(0))

    assert [step.what for step in done.steps] == ["entry routes turned"]
    assert {tuple(mesh.enter().pods) for _ in range(10)} == {("mocka-v2-0",)}


def test_nothing_is_written_where_nothing_changed(mesh: LocalMesh) -> None:
    assert mesh.apply(BOTH).steps == ()


def test_no_request_is_lost_or_strays_while_weights_change(mesh: LocalMesh) -> None:
    mesh.apply(split(50))

    with Load(mesh, {"x-chain": CHAIN}) as load:
        for number in range(40):
            assert mesh.apply(split(1 + number * 17 % 99)).ok

    assert set(load.outcomes) == {"v1", "v2"}, load.outcomes


def test_no_request_is_lost_or_strays_while_lanes_come_and_go(mesh: LocalMesh) -> None:
    tagged = {"x-asm-prefer-tag": "s1", "x-chain": CHAIN}

    with Load(mesh, tagged) as load:
        for _ in range(4):
            assert mesh.apply(lanes(("v1", "v2", "v3"))).ok
            assert mesh.enter(headers=tagged | {"x-asm-prefer-tag": "s3"}).pods == [
                "mocka-v3-0",
                "mockb-v3-0",
                "mockc-v3-0",
            ]
            gone = mesh.apply(BOTH)
            assert (gone.ok, gone.in_flight) == (True, 0)
            assert mesh.enter(headers=tagged | {"x-asm-prefer-tag": "s3"}).status == 404

    assert set(load.outcomes) == {"v1"}, load.outcomes


def test_requests_of_a_lane_end_in_it_while_it_goes(mesh: LocalMesh) -> None:
    three = lanes(("v1", "v2", "v3"))
    mesh.apply(three)

    with Load(mesh, {"x-asm-prefer-tag": "s3", "x-chain": CHAIN}) as load:
        mesh.apply(BOTH)

    assert set(load.outcomes) <= {"v3", "404 [] "}, load.outcomes


def test_a_rejected_change_is_a_value_and_what_ran_before_serves_on(mesh: LocalMesh) -> None:
    good = with_table(mesh.config, ENTRY, "first")
    bad = with_table(mesh.config, ENTRY, "%BROKEN")
    wanted = {"x-asm-prefer-tag": "s1"}
    asyncio.run(mesh.fleet.apply(good))

    refused = asyncio.run(mesh.fleet.apply(bad))

    assert [(one.proxy, one.resource) for one in refused.rejected] == [("mesh", f"routes {ENTRY}")]
    assert "%BROKEN" in refused.rejected[0].message
    assert mesh.enter(headers=wanted).seen["headers"]["x-edit"] == "first"
    again = asyncio.run(mesh.fleet.apply(with_table(mesh.config, ENTRY, "second")))
    assert again.ok
    assert mesh.enter(headers=wanted).seen["headers"]["x-edit"] == "second"


def test_a_rejected_stage_takes_the_stages_before_it_back(mesh: LocalMesh) -> None:
    before = mesh.config
    mesh.compile(lanes(("v1", "v2", "v3")))

    refused = asyncio.run(mesh.fleet.apply(with_table(mesh.config, ENTRY, "%BROKEN")))

    assert len(refused.steps) > 1
    assert mesh.enter(headers={"x-asm-prefer-tag": "s1"}).pods == ["mocka-v1-0"]
    assert mesh.enter(headers={"x-asm-prefer-tag": "s3"}).status == 404
    assert asyncio.run(mesh.fleet.apply(before)).steps == ()


def test_the_next_run_takes_over_what_a_killed_one_left(tmp_path: Path) -> None:
    mesh = LocalMesh(tmp_path / "state")
    wanted = tmp_path / "wanted"
    wanted.write_bytes(pickle.dumps(mesh.compile(BOTH)))
    try:
        run = [sys.executable, "-c", KILLED_RUN, str(mesh.folder), str(wanted)]
        killed = subprocess.run(run, check=False)
        assert mesh.enter(headers={"x-asm-prefer-tag": "s2"}).pods == ["mocka-v2-0"]

        assert mesh.fleet.adopt() == ("mesh",)

        adopted = mesh.fleet.processes()
        assert mesh.apply(BOTH).steps == ()
        assert [step.what for step in mesh.apply(split(0)).steps] == ["entry routes turned"]
        assert mesh.enter().pods == ["mocka-v2-0"]
        assert mesh.fleet.processes() == adopted
        assert killed.returncode == -signal.SIGKILL
    finally:
        mesh.down()
    assert not Path(f"/proc/{adopted['mesh']}/exe").exists()


def test_an_envoy_that_serves_something_else_than_its_files_is_replaced(tmp_path: Path) -> None:
    mesh = LocalMesh(tmp_path / "state")
    wanted = tmp_path / "wanted"
    wanted.write_bytes(pickle.dumps(mesh.compile(BOTH)))
    try:
        run = [sys.executable, "-c", KILLED_RUN, str(mesh.folder), str(wanted)]
        subprocess.run(run, check=False)
        (mesh.folder / "mesh" / table_file(ENTRY)).write_text('{"version_info": "x"}')

        assert mesh.fleet.adopt() == ()

        assert mesh.apply(BOTH).started == ("mesh",)
        found = {mesh.enter(headers={"x-asm-prefer-tag": "s2"}).pods[0] for _ in range(20)}
        assert found == {"mocka-v2-0"}
    finally:
        mesh.down()


def test_a_stranger_with_a_remembered_number_is_not_adopted(mesh: LocalMesh) -> None:
    asyncio.run(mesh.fleet.down())
    memory = mesh.folder / "mesh" / "process.json"
    memory.write_text(f'{{"pid": {os.getpid()}, "started": 1}}')

    assert EnvoyFleet(mesh.folder).adopt() == ()


def test_an_envoy_that_ended_is_started_again_and_said(mesh: LocalMesh) -> None:
    heard: list[Restarted] = []

    async def crash() -> None:
        keeper = asyncio.create_task(watch())
        os.kill(mesh.fleet.processes()["mesh"], signal.SIGKILL)
        await keeper

    async def watch() -> None:
        told = asyncio.Event()

        def tell(event: Restarted) -> None:
            heard.append(event)
            told.set()

        watching = asyncio.create_task(mesh.fleet.watch(tell))
        await told.wait()
        watching.cancel()

    asyncio.run(asyncio.wait_for(crash(), 30))

    assert [(one.proxy, one.exit_code, one.attempt, one.error) for one in heard] == [
        ("mesh", -signal.SIGKILL, 1, "")
    ]
    assert mesh.enter(headers={"x-asm-prefer-tag": "s1"}).pods == ["mocka-v1-0"]


def test_a_change_finds_a_dead_envoy_and_starts_it(mesh: LocalMesh) -> None:
    kill(mesh.fleet.processes()["mesh"])

    assert mesh.apply(split(0)).ok

    assert mesh.enter().pods == ["mocka-v2-0"]


def test_an_envoy_that_cannot_open_its_port_says_so(tmp_path: Path) -> None:
    mesh = LocalMesh(tmp_path / "state", settings=Settings(concurrency=1, start_seconds=20))
    try:
        config = mesh.compile(BOTH)
        port = free_port("127.0.0.1")
        listener = config.proxies["mesh"].listeners[ENTRY]
        place = {"socket_address": {"address": "192.0.2.1", "port_value": port}}
        listeners = {ENTRY: listener | {"address": place}}
        elsewhere = {"mesh": replace(config.proxies["mesh"], listeners=listeners)}

        with pytest.raises(EnvoyStartError, match=r"192\.0\.2\.1"):
            asyncio.run(mesh.fleet.apply(replace(config, proxies=elsewhere)))
        assert mesh.fleet.processes() == {}
    finally:
        mesh.down()


def test_one_envoy_for_each_workload_serves_alike(tmp_path: Path) -> None:
    with running(tmp_path / "state", BOTH, per_workload=True) as local:
        wanted = {"x-asm-prefer-tag": "s2", "x-chain": CHAIN}
        chain = local.enter(headers=wanted).pods
        more = local.apply(lanes(("v1", "v2", "v3")))
        added = local.enter(headers=wanted | {"x-asm-prefer-tag": "s3"}).pods
        less = local.apply(BOTH)
        names = set(local.fleet.processes())

    assert chain == ["mocka-v2-0", "mockb-v2-0", "mockc-v2-0"]
    assert added == ["mocka-v3-0", "mockb-v3-0", "mockc-v3-0"]
    assert sorted(more.started) == sorted(less.stopped) == sorted(added)
    pods = {f"mock{service}-v{number}-0" for service in "abc" for number in (1, 2)}
    assert names == {"gateway"} | pods


def test_nothing_but_logs_is_left_behind(tmp_path: Path) -> None:
    with running(tmp_path / "state", BOTH) as local:
        pid = local.fleet.processes()["mesh"]

    left = {path.name for path in (tmp_path / "state").rglob("*") if path.is_file()}
    assert left == {"envoy.log", "requests.jsonl"}
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_more_files_than_may_be_watched_change_nothing(
    mesh: LocalMesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "limit"
    limit.write_text("1")
    monkeypatch.setattr("laneway.adapters.envoy.watches._LIMIT", limit)

    with pytest.raises(EnvoyStartError, match=r"sysctl fs\.inotify\.max_user_instances="):
        mesh.apply(lanes(("v1", "v2", "v3")))

    assert mesh.enter(headers={"x-asm-prefer-tag": "s1"}).pods == ["mocka-v1-0"]
    assert mesh.apply(split(0)).ok


def test_as_many_files_are_watched_as_are_counted(mesh: LocalMesh) -> None:
    folder = Path(f"/proc/{mesh.fleet.processes()['mesh']}/fd")

    links = [str(one.readlink()) for one in folder.iterdir()]

    assert links.count("anon_inode:inotify") == watched(mesh.config.proxies["mesh"])
