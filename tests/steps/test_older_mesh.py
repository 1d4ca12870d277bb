"""A mesh of another version of Laneway: its record is read, and it can be taken down.

The record is written out here as that version wrote it, so that a field which is renamed without
thought for meshes that run fails. Its processes stand in for the process of a mesh and a program.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from laneway.adapters.processes import identify
from laneway.apps.local.record.outside import bring_down, look
from laneway.apps.local.record.state import MeshFolder, boot_id

SLEEP = [sys.executable, "-c", "import sys; print(); sys.stdout.flush(); sys.stdin.read()"]


def _workload(**values: Any) -> dict[str, Any]:
    return {
        "replica": "cart-0",
        "container": "cart",
        "workload": "cart",
        "namespace": "default",
        "kind": "Deployment",
        "state": "ready",
        "address": "127.3.0.1",
        "pid": 1,
        "started": 2,
        "restarts": 0,
        "log": "/logs/cart-0.log",
        "reason": "",
        **values,
    }


def _written(keeper: int, **values: Any) -> str:
    own = identify(keeper)
    record = {
        "name": "shop",
        "pid": keeper,
        "started": own.started if own else 0,
        "boot": boot_id(),
        "since": 3.0,
        "paths": ["/lanes"],
        "detached": True,
        "state": "ready",
        "gateways": [
            {"selector": {}, "port": 80, "gateways": ["g"], "local": 8080, "url": "http://x"}
        ],
        "workloads": [_workload()],
        "replicas": [],
        "per_workload": False,
        "version": 1,
        **values,
    }
    return json.dumps(record)


@pytest.mark.parametrize(
    "values",
    [{}, {"replicas_of_tomorrow": 3, "workloads": [_workload(memory=7)]}],
    ids=["before", "after"],
)
def test_a_mesh_of_another_version_is_taken_down(tmp_path: Path, values: dict[str, Any]) -> None:
    folder = MeshFolder(tmp_path / "shop")
    folder.logs.mkdir(parents=True)
    started = [
        subprocess.Popen(
            SLEEP,
            env={**os.environ, "LANEWAY_MARK": mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for mark in (folder.mark, folder.run_mark)
    ]
    try:
        for one in started:
            assert one.stdout is not None
            one.stdout.readline()
        folder.record.write_text(_written(started[0].pid, **values))

        assert look(folder).condition == "running"
        assert bring_down(folder) == "running"
        assert [one.wait(timeout=30) for one in started] == [-15, -15]
        assert look(folder).condition == "gone"
    finally:
        for one in started:
            one.kill()
            one.communicate()
