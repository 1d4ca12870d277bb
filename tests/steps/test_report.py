"""What a mesh tells: its tables, and what an edit changed."""

import io
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.apps.local.mesh.announcer import Announcer, why_not_ready
from laneway.apps.local.mesh.supervisor import Supervisor
from laneway.apps.local.record.state import MeshFolder
from laneway.apps.terminal.mesh_text import summary
from laneway.apps.terminal.release_text import release_text
from laneway.apps.terminal.screen import Screen
from laneway.apps.terminal.tables import first_of, table
from laneway.core.changes.snapshots import changes, new_objects
from laneway.core.compile import compile_snapshot
from laneway.core.fleet.allocator import Allocator
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.placing import Taken
from laneway.core.gate import is_safe, new_errors, revision_of
from laneway.core.mesh.snapshot import Snapshot
from tests.examples import EXAMPLES, example_meshes
from tests.snapshot import snapshot_of_texts


def _example(name: str, **edits: tuple[str, str]) -> Snapshot:
    """Read an example; `edits` replace a text in the file of that name."""
    texts = []
    for path in sorted((EXAMPLES / name).glob("*.yaml")):
        text = path.read_text()
        if path.stem in edits:
            assert edits[path.stem][0] in text
            text = text.replace(*edits[path.stem])
        texts.append((path.name, text))
    return snapshot_of_texts(texts)


def _summary(name: str) -> list[str]:
    revision = revision_of(compile_snapshot(_example(name)), Commands.of_texts(("*=x",), {}))
    allocator = Allocator("shop", 8080, Taken, lambda _: True)
    instances = allocator.settle(revision.compilation.plan, revision.wanted, ())
    opened = allocator.opened(revision.compilation.plan)
    return summary(revision.compilation, allocator.placement(instances).replicas, opened)


@pytest.mark.parametrize("name", example_meshes())
def test_every_example_is_told_within_eighty_columns(name: str) -> None:
    assert max(len(line) for line in _summary(name)) <= 80


def test_entries_of_rules_are_told_by_their_match() -> None:
    lines = [line.split() for line in _summary("strict-lanes")]

    assert ["*", "/mock,", "x-asm-prefer-tag:", "s1", "mocka:8000", "s1", "100", "%"] in lines


def test_an_entry_names_the_lane_that_is_entered_and_the_one_that_answers() -> None:
    lines = [line.split() for line in _summary("permissive-lanes")]

    told = ["mocka:8000", "of", "s1", "s3", "100", "%"]
    assert ["*", "/mock,", "x-asm-prefer-tag:", "s3", *told] in lines


def test_weighted_entries_are_told_by_their_shares() -> None:
    lines = [line.split() for line in _summary("weighted-entry")]

    shares = [line[-2] for line in lines if line[-1:] == ["%"]]
    assert sum(float(share) for share in shares) == 100


def test_each_gateway_has_a_port_of_its_own() -> None:
    urls = [line.split()[0] for line in _summary("two-gateways") if line.startswith("http")]

    assert urls == ["http://127.0.0.1:8080", "http://127.0.0.1:8081"]


def test_pods_of_other_groups_with_the_same_labels_are_in_no_lane_of_this_one() -> None:
    rows = [line.split() for line in _summary("two-gateways")]

    assert ["shop-stable", "shop", "version=v1", "2"] in rows
    assert [row[1] for row in rows if row[:1] == ["desk-web-v2"]] == ["desk-next"]


def test_a_mesh_without_workloads_says_that_nothing_runs() -> None:
    assert "No workload is in the input, so no program runs." in _summary("sticky-shares")
    assert "No workload is in the input, so no program runs." not in _summary("strict-lanes")


def test_what_is_so_on_this_machine_alone_is_told_and_not_left_to_another_command() -> None:
    said = io.StringIO()
    edit = revision_of(compile_snapshot(_example("strict-lanes")), Commands.of_texts(("a=x",), {}))
    checked = [replace(one, code=replace(one.code, level="warning")) for one in edit.missing]

    Announcer(Screen(said, said), lambda found: f"{len(found)} told").found(
        checked, edit.missing, "laneway check lanes"
    )

    assert said.getvalue().splitlines() == ["1 told", "1 warning: laneway check lanes"]


def test_notes_on_this_machine_alone_are_told_in_a_line_each() -> None:
    said = io.StringIO()
    edit = revision_of(
        compile_snapshot(_example("strict-lanes")), Commands.of_texts((), {"a": "x"})
    )

    Announcer(Screen(said, said), str).found((), edit.missing, "laneway check")

    (line,) = said.getvalue().splitlines()
    assert line.startswith("[run] has commands for a, but no image")
    assert line.endswith("(laneway explain-code LW1752)")


def test_changes_are_told_by_object_and_moved_lines_are_none() -> None:
    before = _example("gitops")
    moved = _example("gitops", route=("apiVersion", "# one line more\napiVersion"))
    weighed = _example("gitops", route=("weight: 50", "weight: 49"))
    fewer = replace(before, resources=before.resources[1:])

    assert changes(before, moved) == []
    assert changes(before, weighed) == ["VirtualService istio-system/mock changed"]
    assert [str(one.meta.ref) for one in new_objects(before, weighed)] == [
        "VirtualService istio-system/mock"
    ]
    gone = str(before.resources[0].meta.ref)
    assert changes(before, fewer) == [f"{gone} removed"]
    assert changes(fewer, before) == [f"{gone} added"]


def test_an_edit_may_keep_its_errors_and_bring_no_new_ones() -> None:
    commands = Commands.of_texts((), {})
    good = revision_of(compile_snapshot(_example("gitops")), commands)
    bad = revision_of(
        compile_snapshot(_example("gitops", lanes=("name: v2", "name: V_2"))), commands
    )

    assert new_errors(good, good) == ()
    assert new_errors(bad, good)
    assert new_errors(bad, bad) == ()
    assert new_errors(good, bad) == ()


def test_what_nobody_can_run_safely_is_not_run() -> None:
    commands = Commands.of_texts((), {})
    unread = replace(_example("gitops"), unread=("route.yaml",))
    unnamed = _example("gitops", **{"mock-v1": ("laneway/mock:1", "shop/unknown:1")})
    permissive = _example(
        "gitops", lanes=("spec:\n  ingress", "spec:\n  isPermissive: true\n  ingress")
    )

    assert is_safe(revision_of(compile_snapshot(_example("gitops")), commands))
    assert not is_safe(revision_of(compile_snapshot(unread), commands))
    assert not is_safe(revision_of(compile_snapshot(unnamed), commands))
    assert not is_safe(revision_of(compile_snapshot(permissive), commands))


def test_a_table_gives_way_in_its_widest_column() -> None:
    lines = table(("A", "B"), [("x" * 100, "kept"), ("y", "z")], width=20)

    assert lines[:2] == ["A               B", "x" * 14 + "  kept"]
    assert lines[-1] == "y               z"
    assert "".join(line.split()[0] for line in lines[1:-1]) == "x" * 100


def test_a_long_table_counts_what_it_leaves_out() -> None:
    rows = [(str(number), "x") for number in range(10)]

    assert first_of(rows, 3, "… {count} more")[3:] == [("… 7 more", "")]
    assert first_of(rows, 9, "… {count} more") == rows


def test_a_program_that_hangs_is_told_with_the_variables_that_name_its_ports(
    tmp_path: Path,
) -> None:
    revision = revision_of(
        compile_snapshot(_example("strict-lanes")), Commands.of_texts(("*=x",), {})
    )
    allocator = Allocator("shop", 8080, Taken, lambda _: True)
    instance = allocator.settle(revision.compilation.plan, revision.wanted, ())[0]
    supervisor = Supervisor(MeshFolder(tmp_path), {}, lambda: 0.0, {instance.id: instance})

    told = why_not_ready(instance, supervisor.records())

    number, _, port = instance.place.ports[0]
    where = f"{instance.place.address} port {port} (PORT_{number})"
    assert told.startswith(f"{instance.id} does not listen on {where}; its log is {tmp_path}")


def test_a_release_fits_a_terminal_and_the_bars_of_a_hop_stay_on_one_line() -> None:
    verdict = {
        "hop": "recommendations.shop:8080",
        "gate": "over 250 ms",
        "stable": {"bad": 3, "of": 4_321},
        "said": "v3 0.97 % of 1,234, v1 0.07 % of 4,321: worse by more than 1 %",
        "rates": [0.0, 0.01] * 16,
    }
    view = {
        "release": "v3",
        "lane": "v3",
        "phase": "running",
        "stages": [{"weights": {"v1": 60, "v2": 30, "v3": 10}, "duration": 600.0}],
        "stage": 1,
        "attempt": 1,
        "judged": {"at": 0, "said": "1 of 1 judgments are open", "verdicts": [verdict]},
    }

    narrow, wide = release_text(view, 1.0), release_text(view, 1.0, 10_000)

    assert max(map(len, narrow)) <= 80
    assert [line.split()[-1] for line in narrow if "▁" in line] == ["▁█" * 6]
    assert sum("recommendations" in line and "by more than 1 %" in line for line in wide) == 1
