"""The rows of the troubleshooting table, each caused by an edit, named, and gone when mended."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.resources.meta import Ref
from laneway.core.views.doctor import RuntimeFacts, doctor
from laneway.core.views.looking import CommandDoor
from laneway.core.views.pods_down import AilingPod
from laneway.core.views.symptoms import SYMPTOMS
from tests.examples import example_meshes
from tests.views.samples import EXAMPLES, compiled_example, compiled_files

CLUSTER = RuntimeFacts(CommandDoor("kubectl laneway"))
OTHERS_LABEL = "ASM_TRAFFIC_TAG: v1"
LEAKING = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: mine, namespace: default, creationTimestamp: '2020-01-01T00:00:00Z'}
spec:
  host: mockb
  subsets: [{name: s2, labels: {ASM_TRAFFIC_TAG: v1}}]
"""
IN_THE_WAY = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mine, namespace: default}
spec: {hosts: [mockb], http: [{route: [{destination: {host: mockb}}]}]}
"""


class Fault(Struct, frozen=True):
    """An edit of a file of the sample, or a file beside them, and the row it has to give."""

    file: str
    old: str
    new: str
    symptom: str
    code: str
    subject: tuple[str, str, str]
    command: str
    on_cluster: str


def _swapped(text: str) -> str:
    """Give the pods of mockb-v2 the label of lane s1."""
    head, tail = text.split("name: mockb-v2", 1)
    return f"{head}name: mockb-v2{tail.replace('ASM_TRAFFIC_TAG: v2', OTHERS_LABEL, 2)}"


MOCKB = ("Deployment", "default", "mockb-v2")
MADE = Ref(*MOCKB)
FAULTS = {
    "pods with another lane's label": Fault(
        *("mock-v2.yaml", "", "", "wrong-version", "LW1513", MOCKB),
        command="laneway show mesh {folder}",
        on_cluster="kubectl get pods -n default --show-labels",
    ),
    "a rule for another header value": Fault(
        *("lanes.yaml", "exact: s2", "exact: v2", "no-response", "LW1339"),
        ("ASMSwimLane", "", "s2"),
        command="laneway explain --path /mock -H 'x-asm-prefer-tag: s2' "
        "--gateway istio-system/ingressgateway {folder}",
        on_cluster="kubectl laneway explain --path /mock -H 'x-asm-prefer-tag: s2' "
        "--gateway istio-system/ingressgateway",
    ),
    "a subset that maps wrongly": Fault(
        *("mine.yaml", "", LEAKING, "leak", "LW1407", ("DestinationRule", "default", "mine")),
        command="laneway prove {folder}",
        on_cluster="kubectl get destinationrule -n default mine -o yaml",
    ),
    "a route of one's own in the mesh": Fault(
        *("mine.yaml", "", IN_THE_WAY, "leak", "LW1401", ("VirtualService", "default", "mine")),
        command="laneway prove {folder}",
        on_cluster="kubectl get virtualservice -n default mine -o yaml",
    ),
    "a pod that opts out": Fault(
        "mock-v2.yaml",
        "      labels:\n        app: mockb",
        '      annotations: {sidecar.istio.io/inject: "false"}\n      labels:\n        app: mockb',
        *("intermittent", "LW1505", MOCKB),
        command="laneway explain-code LW1505",
        on_cluster="kubectl get pods -n default -o jsonpath=",
    ),
}
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "strict-lanes", tmp_path / "lanes"))


def spoil_files(folder: Path, fault: Fault) -> None:
    """Make the edit of a fault."""
    path = folder / fault.file
    text = path.read_text() if path.exists() else ""
    if fault.code == "LW1513":
        path.write_text(_swapped(text))
    else:
        path.write_text(text.replace(fault.old, fault.new) if fault.old else fault.new)


@pytest.fixture
def spoil(folder: Path) -> Callable[[Fault], Compilation]:
    def spoiled(fault: Fault) -> Compilation:
        spoil_files(folder, fault)
        return compiled_files(folder)

    return spoiled


def rows(compilation: Compilation, facts: RuntimeFacts, code: str) -> list[dict[str, Any]]:
    return [row for row in doctor(compilation, facts)["rows"] if row["code"] == code]


@every_fault
def test_row_names_symptom_object_place_fix_and_command(
    fault: Fault, folder: Path, spoil: Callable[[Fault], Compilation]
) -> None:
    compilation = spoil(fault)
    facts = RuntimeFacts(CommandDoor("laneway", (str(folder),)))

    (row,) = rows(compilation, facts, fault.code)
    (found,) = (one for one in compilation.findings if one.code.id == fault.code)
    assert row["symptoms"][0] == fault.symptom
    assert tuple(row["object"].values()) == fault.subject
    assert row["place"]["file"] == str(folder / fault.file)
    assert row["place"]["line"] > 1
    assert row["command"] == fault.command.format(folder=folder)
    assert (row["cause"], row["fix"]) == (found.message, found.fix)


@every_fault
def test_row_of_a_cluster_has_a_command_that_looks_there(
    fault: Fault, spoil: Callable[[Fault], Compilation]
) -> None:
    (row,) = rows(spoil(fault), CLUSTER, fault.code)

    assert row["command"].startswith(fault.on_cluster)
    assert shlex.split(row["command"])[0] == "kubectl"


@every_fault
def test_rows_are_gone_when_it_is_mended(
    fault: Fault, folder: Path, spoil: Callable[[Fault], Compilation]
) -> None:
    spoil(fault)
    (folder / fault.file).unlink()
    original = EXAMPLES / "strict-lanes" / fault.file
    if original.exists():
        shutil.copy(original, folder)

    assert doctor(compiled_files(folder), RuntimeFacts())["rows"] == []


@pytest.mark.parametrize("door", ["laneway", "kubectl laneway"])
def test_program_that_loses_the_lane_is_a_leak_and_the_command_names_programs(
    door: str, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLES / "permissive-lanes", tmp_path, dirs_exist_ok=True)
    header = "traceHeader: x-asm-prefer-tag"
    said = "template:\n    metadata:\n      annotations: {laneway.dev/sdks: sentry-python@2.75.0}"
    for file, old, new in (
        ("lanes.yaml", header, "traceHeader: baggage"),
        ("mock-v1.yaml", "template:\n    metadata:", said),
    ):
        text = (tmp_path / file).read_text()
        (tmp_path / file).write_text(text.replace(old, new))

    found = rows(compiled_files(tmp_path), RuntimeFacts(CommandDoor(door)), "LW1812")

    assert {(*row["symptoms"], row["command"].strip()) for row in found} == {
        ("leak", f"{door} status")
    }


@pytest.mark.parametrize("example", example_meshes())
def test_sound_example_has_no_symptom_at_all(example: str) -> None:
    told = doctor(compiled_example(example), RuntimeFacts())

    assert [row["cause"] for row in told["rows"] if row["level"] != "info"] == []


def test_symptoms_are_those_of_the_table_and_count_their_rows(
    spoil: Callable[[Fault], Compilation],
) -> None:
    told = doctor(spoil(FAULTS["a pod that opts out"]), RuntimeFacts())

    assert {one["id"]: one["rows"] for one in told["symptoms"]} == {
        **dict.fromkeys((one.id for one in SYMPTOMS), 0),
        "intermittent": 1,
    }
    assert told["levels"]["error"] == 1


def test_live_pod_without_a_proxy_is_named(folder: Path) -> None:
    (folder / "pod.yaml").write_text(
        "{apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: default, "
        "labels: {app: mockb, ASM_TRAFFIC_TAG: v1}}, spec: {containers: [{name: d, image: a}]},"
        " status: {podIP: 10.0.0.1, conditions: [{type: Ready, status: 'True'}]}}"
    )

    (row,) = rows(compiled_files(folder), CLUSTER, "LW1506")

    assert row["symptoms"] == ["intermittent"]
    assert row["object"]["name"] == "bare"


class _Group(Struct, frozen=True):
    state: str
    why: str = ""
    since: float | None = None


def test_what_runs_has_rows_beside_those_of_the_input() -> None:
    refused = {"edit": "the newest edit of its files", "command": "laneway check lanes"}
    facts = RuntimeFacts(
        refused=refused,
        groups={"test": _Group("not live", "2 of 12 proxies wait"), "other": _Group("live")},
        pods=(AilingPod("default", "mockb-v2-0", "it ended", "laneway logs x", workload=MADE),),
    )

    told = doctor(compiled_example("strict-lanes"), facts)["rows"]

    assert [(row["level"], row["cause"], row["command"]) for row in told] == [
        (
            "error",
            "the newest edit of its files is refused and not live",
            "laneway check lanes",
        ),
        (
            "error",
            "pod default/mockb-v2-0 of lane s2 does not answer: it ended",
            "laneway logs x",
        ),
        ("warning", "group test is not live: 2 of 12 proxies wait", ""),
    ]
