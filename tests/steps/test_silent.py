"""Which programs never opened a connection to their proxy though they should call somebody."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from laneway.apps.local.record import silent as module
from laneway.apps.local.record.silent import never_called, silent
from laneway.apps.local.record.state import MeshFolder, MeshRecord, WorkloadRecord

CALLS = {"cart-v1-0": ("price",)}
ASKED, CALLED = "listener.127.3.0.1_80.downstream_cx_total", "listener.127.3.0.1_15001."
CALLED += "downstream_cx_total"


def _record(*, sidecar: bool = True) -> MeshRecord:
    replica: dict[str, Any] = {
        "name": "cart-v1-0",
        "address": "127.3.0.1",
        "outbound": 15001,
        "ports": [{"inbound": 80}],
        "sidecar": sidecar,
    }
    return MeshRecord("shop", 1, 1, "", 0.0, [], replicas=[replica])


def test_a_program_that_was_asked_and_opened_no_connection_is_named() -> None:
    assert silent(_record(), CALLS, {ASKED: 3}) == CALLS


@pytest.mark.parametrize(
    ("connections", "calls", "sidecar"),
    [
        ({ASKED: 3, CALLED: 1}, CALLS, True),
        ({}, CALLS, True),
        ({ASKED: 3}, {}, True),
        ({ASKED: 3}, CALLS, False),
    ],
    ids=["it called", "nobody asked it", "it knows nobody", "it has no proxy"],
)
def test_others_are_not(
    connections: dict[str, int], calls: dict[str, tuple[str, ...]], *, sidecar: bool
) -> None:
    assert silent(_record(sidecar=sidecar), calls, connections) == {}


@pytest.mark.parametrize(("interception", "found"), [(None, CALLS), ({}, {})])
def test_nobody_is_silent_where_a_network_leads_to_the_proxy(
    interception: Any, found: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = WorkloadRecord(
        *("cart-v1-0", "main", "cart-v1", "default", "Deployment", "ready", "127.3.0.1"),
        *(1, 1, 0, ""),
        calls=["price"],
    )
    record = replace(_record(), workloads=[program], interception=interception)
    monkeypatch.setattr(module, "_connections", lambda _: {ASKED: 3})

    assert never_called(MeshFolder(tmp_path), record) == found
