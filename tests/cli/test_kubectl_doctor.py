"""The rows of the troubleshooting table on a cluster: `kubectl laneway check` and the doctor agree.

Comes in: objects as an API server has them, one of them at fault. Each fault is named alike by
both, with the object's name instead of a line, and a command of kubectl; mended, both are silent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.kube import Client, access
from laneway.apps.cluster.reading import read_cluster
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.views.doctor import RuntimeFacts, doctor
from laneway.core.views.looking import CommandDoor
from laneway.core.views.pod_trouble import pod_trouble
from laneway.core.views.pods_down import AilingPod
from tests.cli.conftest import Command
from tests.cli.model_server import ModelServer

RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: mine, creationTimestamp: '2020-01-01T00:00:00Z'}
spec: {host: mockb, subsets: [{name: s2, labels: {ASM_TRAFFIC_TAG: v1}}]}
"""


class ClusterFault(Struct, frozen=True):
    """An edit of objects of the server, and the row it has to give."""

    edit: Callable[[ModelServer], None]
    symptom: str
    code: str
    place: str
    command: str


def _swap(model: ModelServer) -> None:
    model.find("Pod", "mockb-v2-x")["metadata"]["labels"]["ASM_TRAFFIC_TAG"] = "v1"


def _ask_for_the_tag(model: ModelServer) -> None:
    match = model.find("ASMSwimLane", "s2")["spec"]["ingressRules"][0]["match"]
    match["headers"]["x-asm-prefer-tag"]["exact"] = "v2"


def _map_wrongly(model: ModelServer) -> None:
    model.put(RULE)


def _take_the_proxy_away(model: ModelServer) -> None:
    model.find("Pod", "mockb-v2-x")["spec"]["containers"].pop()


FAULTS = {
    "pods with another lane's label": ClusterFault(
        _swap,
        "wrong-version",
        "LW1513",
        "pod/default/mockb-v2-x",
        "kubectl get pods -n default --show-labels",
    ),
    "a rule for another header value": ClusterFault(
        _ask_for_the_tag,
        "no-response",
        "LW1339",
        "asmswimlane/s2",
        "kubectl laneway explain --path /mock -H 'x-asm-prefer-tag: s2' ",
    ),
    "a subset that maps wrongly": ClusterFault(
        _map_wrongly,
        "leak",
        "LW1407",
        "destinationrule/default/mine",
        "kubectl get destinationrule -n default mine -o yaml",
    ),
    "a pod without a proxy": ClusterFault(
        _take_the_proxy_away,
        "intermittent",
        "LW1506",
        "pod/default/mockb-v2-x",
        "kubectl get pods -n default -o jsonpath=",
    ),
}


def read() -> Compilation:
    """Compile what the server has, as a console that stands on it does."""

    async def reading() -> Compilation:
        async with Client(access(None, None)) as client:
            found = await read_cluster(client, lambda *_: None)
            return compile_snapshot(found.snapshot)

    return asyncio.run(reading())


def told(*pods: AilingPod) -> list[dict[str, Any]]:
    """Return the doctor's rows."""
    facts = RuntimeFacts(CommandDoor("kubectl laneway"), pods=pods)
    rows: list[dict[str, Any]] = doctor(read(), facts)["rows"]
    return rows


def checked(kubectl: Command) -> list[dict[str, Any]]:
    """Return what `kubectl laneway check` finds."""
    found: list[dict[str, Any]] = json.loads(kubectl("check", "-o", "json").out)["findings"]
    return found


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_both_doors_name_one_cause_and_are_silent_when_it_is_mended(
    kubectl: Command, model: ModelServer, fault: ClusterFault
) -> None:
    sound = deepcopy(model.objects)
    fault.edit(model)

    (row,) = (one for one in told() if one["code"] == fault.code)
    (found,) = (one for one in checked(kubectl) if one["code"] == fault.code)
    assert fault.symptom == row["symptoms"][0]
    assert (row["cause"], row["fix"]) == (found["message"], found["fix"])
    assert row["place"] == {"file": fault.place} == {"file": found["file"]}
    assert row["command"].startswith(fault.command)

    model.objects = sound
    assert (told(), checked(kubectl)) == ([], [])


def test_what_follows_from_pods_that_are_down_is_no_row_while_they_begin(
    kubectl: Command, model: ModelServer
) -> None:
    body = model.find("Pod", "mockb-v2-x")
    body["status"]["conditions"][0]["status"] = "False"
    trouble = pod_trouble(json.dumps(body).encode())
    assert trouble is not None

    assert told(replace(trouble.pod, begins=True)) == []

    follows, row = sorted(told(trouble.pod), key=lambda one: not one["code"])
    assert "pod default/mockb-v2-x of lane s2 does not answer" in row["cause"]
    assert row["why"].startswith("Lane s2 has no other pod of default/mockb")
    assert row["command"] == "kubectl describe pod -n default mockb-v2-x"
    assert row["object"] == {"kind": "Pod", "namespace": "default", "name": "mockb-v2-x"}
    assert [one["message"] for one in checked(kubectl)] == [follows["cause"]]
    assert "not ready, look why (kubectl describe pod)" in follows["fix"]
