"""What cannot be changed alone is refused with a place, and then no file changes at all."""

from __future__ import annotations

import pytest

from laneway.core.edits.adding import LaneCopy, lane_added
from laneway.core.edits.draft import Draft, draft_of
from laneway.core.edits.earlier import Past, restored
from laneway.core.edits.removing import removed
from laneway.core.edits.weights import promoted, set_to
from laneway.core.findings.finding import Finding
from laneway.core.findings.render import in_order
from laneway.core.mesh.mesh import Mesh
from tests.edits.files import mesh_of, outcome
from tests.edits.styles import GROUP, HEAD, LANES, Style, lane, rendered

PLAIN = Style(
    "plain",
    f"""{HEAD}spec:
  hosts: ['*']
  http:
  - route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v1}}
      weight: <v1>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v2}}
      weight: <v2>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v3}}
      weight: <v3>
""",
)
WEIGHTS = {"v1": 60, "v2": 30, "v3": 10}
LANE_FILE = (GROUP.replace("STRATEGY", "rule_based") + "".join(map(lane, LANES))).encode()
ROUTE = rendered(PLAIN, WEIGHTS, {})


def files(route: str = ROUTE, lanes: bytes = LANE_FILE) -> dict[str, bytes]:
    return {"lanes.yaml": lanes, "route.yaml": route.encode()}


def error(given: dict[str, bytes], draft: Draft) -> Finding:
    """Return the one error that keeps all files as they are."""
    ended = outcome(given, draft)
    errors = [one for one in ended.findings if one.level == "error"]
    assert ended.files == given
    assert len(errors) == 1, errors
    return errors[0]


def at(found: Finding) -> str:
    return in_order([found])[0].where


def setting(mesh: Mesh, **weights: int) -> Draft:
    return draft_of(set_to(mesh, weights), "Set")


@pytest.mark.parametrize(
    ("weights", "total", "shares"),
    [
        ({"v1": 60, "v2": 30, "v3": 9}, 99, "v1 60, v2 30, v3 9"),
        ({"v3": 20}, 110, "v1 60, v2 30, v3 20"),
        ({"v1": 0, "v2": 0, "v3": 0}, 0, "v1 0, v2 0, v3 0"),
    ],
)
def test_other_sums_than_100_are_refused(weights: dict[str, int], total: int, shares: str) -> None:
    found = error(files(), setting(mesh_of(files()), **weights))

    assert found.code.id == "LW2003"
    assert found.message.endswith(f"would add up to {total}: {shares}")
    assert at(found) == "route.yaml:9:5"


def test_lanes_that_are_not_named_keep_their_weights() -> None:
    after = outcome(files(), setting(mesh_of(files()), v1=50, v3=20)).files

    assert after == files(rendered(PLAIN, {"v1": 50, "v2": 30, "v3": 20}, {}))


def test_promoted_lane_gets_all_and_others_nothing() -> None:
    route = ROUTE + "    - destination: {host: mockz}\n      weight: 5\n"
    after = outcome(files(route), draft_of(promoted(mesh_of(files(route)), "v3"), "Promote")).files[
        "route.yaml"
    ]

    assert after is not None
    wanted = rendered(PLAIN, {"v1": 0, "v2": 0, "v3": 100}, {})
    assert after.decode() == f"{wanted}    - destination: {{host: mockz}}\n      weight: 0\n"


def test_lane_that_is_not_there_is_named_with_the_nearest_one() -> None:
    found = error(files(), setting(mesh_of(files()), v33=10))

    assert (found.code.id, found.message[-16:]) == ("LW2001", "did you mean v3?")


def test_lane_without_a_part_is_told_where_it_lacks() -> None:
    short = ROUTE.partition(
        "    - destination: {host: mocka.default.svc.cluster.local, subset: v3}"
    )
    found = error(files(short[0]), setting(mesh_of(files(short[0])), v1=60, v2=30, v3=10))

    assert found.code.id == "LW2002"
    assert (
        "lane v3 has no part in http route 1 of VirtualService istio-system/mock" in found.message
    )
    assert at(found) == "route.yaml:9:5"


def test_lanes_without_any_split_are_told_what_one_is() -> None:
    given = {"lanes.yaml": LANE_FILE}
    found = error(given, draft_of(promoted(mesh_of(given), "v3"), "Promote"))

    assert found.code.id == "LW2002"
    assert "make the group weighted" in found.fix


def test_weight_that_others_repeat_is_refused() -> None:
    route = ROUTE.replace("weight: 60", "weight: &w 60").replace("weight: 30", "weight: *w")
    route = route.replace("weight: 10", "weight: 10\n    timeout: 60s\n    retries: {attempts: *w}")
    found = error(files(route), setting(mesh_of(files(route)), v1=50, v2=40, v3=10))

    assert found.code.id == "LW2004"
    assert "an anchor or a merge (<<) makes one value of it and of others" in found.message
    assert at(found).startswith("route.yaml:")


def test_weights_that_repeat_each_other_and_all_change_are_set() -> None:
    route = ROUTE.replace("weight: 60", "weight: &w 45").replace("weight: 30", "weight: *w")
    after = outcome(files(route), setting(mesh_of(files(route)), v1=50, v2=40, v3=10)).files

    wanted = rendered(PLAIN, {"v1": 50, "v2": 40, "v3": 10}, {"v1": "&w 50"})
    assert after == files(wanted)


def test_destination_that_an_alias_puts_there_is_refused() -> None:
    first = "- destination: {host: mocka.default.svc.cluster.local, subset: v1}"
    route = ROUTE.replace(first, first.replace("-", "- &first\n     "))
    route += (
        "  - match: [{uri: {exact: /b}}]\n    route:\n    - *first\n    - destination: {host: "
        "mocka.default.svc.cluster.local, subset: v2}\n      weight: 30\n    - destination: {host: "
        "mocka.default.svc.cluster.local, subset: v3}\n      weight: 10\n"
    )
    found = error(files(route), setting(mesh_of(files(route)), v1=50, v2=40, v3=10))

    assert found.code.id == "LW2004"
    assert "an alias or a merge (<<) puts it there" in found.message
    assert "write `weight: 50` there by hand" in found.fix


def test_weight_that_a_merge_brings_gets_a_key_of_its_own() -> None:
    first = "    - destination: {host: mocka.default.svc.cluster.local, subset: v1}\n"
    merged = first.replace("- destination", "- <<: {weight: 60}\n      destination")
    route = ROUTE.replace(f"{first}      weight: 60\n", merged)
    after = outcome(files(route), setting(mesh_of(files(route)), v1=50, v2=40, v3=10)).files

    wanted = route.replace(merged, f"{merged}      weight: 50\n").replace("30", "40")
    assert after == files(wanted)


def test_file_that_changed_meanwhile_is_refused() -> None:
    draft = setting(mesh_of(files()), v1=50, v2=40, v3=10)
    found = error(files(ROUTE.replace("60", "55")), draft)

    assert found.code.id == "LW2004"


def test_lane_with_two_parts_in_a_split_is_refused() -> None:
    route = ROUTE.replace("subset: v2", "subset: v1")
    found = error(files(route), setting(mesh_of(files(route)), v1=60))

    assert (found.code.id, found.message[:21]) == ("LW2005", "v1 has several parts ")


def test_split_without_all_lanes_stays_and_that_is_told() -> None:
    more = f"""{ROUTE}  - name: old
    route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v1}}
      weight: 60
    - destination: {{host: mocka.default.svc.cluster.local, subset: v2}}
      weight: 40
"""
    ended = outcome(files(more), setting(mesh_of(files(more)), v1=50, v2=40, v3=10))

    assert ended.codes == ["LW2016"]
    assert (ended.files["route.yaml"] or b"").count(b"weight: 60") == 1


def test_lane_of_a_weighted_group_without_a_weight_is_refused() -> None:
    lanes = LANE_FILE.replace(b"rule_based", b"weighted")
    found = error({"l": lanes}, setting(mesh_of({"l": lanes}), v1=100))

    assert (found.code.id, found.fix[:20]) == ("LW2002", "Add `ingressWeight` ")


def past(commit: str, **weights: int) -> Past:
    """Return a state in which lanes without a weight have no part."""
    lines = rendered(PLAIN, {"v1": 0, "v2": 0, "v3": 0} | weights, {}).splitlines(keepends=True)
    for name in LANES:
        if name not in weights:
            at = next(i for i, line in enumerate(lines) if f"subset: {name}" in line)
            del lines[at : at + 2]
    return Past(commit, mesh_of(files("".join(lines))))


def test_rollback_takes_the_last_weights_before_the_lane_had_any() -> None:
    history = [
        past("now", **WEIGHTS),
        past("ten", v1=45, v2=45, v3=10),
        past("before", v1=50, v2=50, v3=0),
        past("long ago", v1=90, v2=10),
    ]
    moves = restored(mesh_of(files()), "v3", iter(history))

    assert [(one.weights, one.origin) for one in moves.moves] == [((50, 50, 0), "before")]
    after = outcome(files(), draft_of(moves, "Roll back")).files
    assert after == files(rendered(PLAIN, {"v1": 50, "v2": 50, "v3": 0}, {}))


def test_rollback_takes_the_state_before_the_lane_was_there() -> None:
    moves = restored(
        mesh_of(files()), "v3", iter([past("now", **WEIGHTS), past("old", v1=80, v2=20)])
    )

    assert [(one.weights, one.origin) for one in moves.moves] == [((80, 20, 0), "old")]


def test_rollback_reads_no_further_than_it_needs() -> None:
    history = iter([past("before", v1=50, v2=50, v3=0), past("old", v1=90, v2=10, v3=0)])
    restored(mesh_of(files()), "v3", history)

    assert next(history).commit == "old"


def test_rollback_to_a_commit_takes_its_weights_whatever_they_are() -> None:
    history = iter([past("wanted", v1=20, v2=20, v3=60)])
    moves = restored(mesh_of(files()), "v3", history, exactly=True)

    assert moves.moves[0].weights == (20, 20, 60)


def test_rollback_without_such_a_commit_says_so() -> None:
    history = iter([past("now", **WEIGHTS), past("first", v1=45, v2=45, v3=10)])
    found = error(files(), draft_of(restored(mesh_of(files()), "v3", history), "Roll back"))

    assert found.code.id == "LW2008"
    assert found.message.endswith("2 commits were looked at")
    assert "--to COMMIT" in found.fix


def test_rollback_to_weights_of_a_lane_that_is_gone_is_refused() -> None:
    lanes = LANE_FILE.replace(lane("v2").encode(), b"")
    second = "    - destination: {host: mocka.default.svc.cluster.local, subset: v2}\n"
    route = ROUTE.replace(f"{second}      weight: 30\n", "")
    given = files(route, lanes)
    moves = restored(mesh_of(given), "v3", iter([past("then", v1=50, v2=50, v3=0)]))
    found = error(given, draft_of(moves, "Roll back"))

    assert found.code.id == "LW2009"
    assert "in commit then add up to 50 among today's lanes: v1 50, v3 0" in found.message


def test_lane_with_weight_is_not_removed() -> None:
    found = error(files(), removed(mesh_of(files()), "v3"))

    assert found.code.id == "LW2010"
    assert at(found) == "route.yaml:15:15"


def test_only_lane_of_a_route_is_not_removed() -> None:
    route = rendered(PLAIN, {"v1": 60, "v2": 40, "v3": 0}, {}) + (
        "  - match: [{headers: {x-tester: {exact: '1'}}}]\n    route:\n    - destination: {host: "
        "mocka.default.svc.cluster.local, subset: v3}\n"
    )
    found = error(files(route), removed(mesh_of(files(route)), "v3"))

    assert found.code.id == "LW2011"
    assert at(found) == "route.yaml:16:5"


def test_baseline_is_not_removed() -> None:
    lanes = LANE_FILE.replace(
        b"  services:\n",
        b"  isPermissive: true\n  permissiveModeConfiguration: {fallbackTarget: v1, "
        b"routeHeader: x-lane, traceHeader: x-id}\n  services:\n",
        1,
    )
    route = rendered(PLAIN, {"v1": 0, "v2": 90, "v3": 10}, {})
    found = error(files(route, lanes), removed(mesh_of(files(route, lanes)), "v1"))

    assert (found.code.id, "it is the baseline" in found.message) == ("LW2012", True)


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_lane_that_is_not_there_is_neither_copied_nor_removed(verb: str) -> None:
    mesh = mesh_of(files())
    found = error(
        files(), removed(mesh, "v9") if verb == "remove" else lane_added(mesh, LaneCopy("v4", "v9"))
    )

    assert found.code.id == "LW2001"


@pytest.mark.parametrize(
    ("name", "lanes", "what"),
    [
        ("v2", LANE_FILE, "lane v2"),
        ("v4", LANE_FILE.replace(b"{version: v1}", b"{version: v4}"), "lane v1 with the labels"),
    ],
)
def test_name_or_labels_that_are_there_are_not_given_again(
    name: str, lanes: bytes, what: str
) -> None:
    given = files(lanes=lanes)
    found = error(given, lane_added(mesh_of(given), LaneCopy(name, "v3")))

    assert found.code.id == "LW2013"
    assert found.message.startswith(what)


@pytest.mark.parametrize(
    ("name", "lanes", "reason"),
    [
        ("V_4", LANE_FILE, "V_4 is no name of a lane"),
        (
            "v4",
            LANE_FILE.replace(b"{version: v3}", b"{version: new, tier: web}"),
            "none of its labels has its name",
        ),
    ],
)
def test_lane_that_cannot_be_copied_is_told_why(name: str, lanes: bytes, reason: str) -> None:
    given = files(lanes=lanes)
    found = error(given, lane_added(mesh_of(given), LaneCopy(name, "v3")))

    assert found.code.id == "LW2014"
    assert reason in found.message


def deployment(name: str, **labels: str) -> str:
    """Return a Deployment whose pods have labels."""
    worn = ", ".join(f"{key}: {value}" for key, value in labels.items())
    return (
        f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: "
        f"default}}\nspec:\n  selector:\n    matchLabels: {{{worn}}}\n  template:\n    metadata:"
        f"\n      labels: {{{worn}}}\n    spec:\n      containers:\n      - name: v2\n        image"
        f": shop/{name}:1.0-v2 # the image\n"
    )


def test_copies_change_names_and_labels_and_tell_what_still_has_the_old_name() -> None:
    work = deployment("mocka-v2", app="mocka", version="v2") + deployment("mockb", version="v2")
    given = files() | {"deploy/work-v2.yaml": work.encode()}
    ended = outcome(given, lane_added(mesh_of(given), LaneCopy("v4", "v2")))

    assert (ended.files["deploy/work-v4.yaml"] or b"").decode() == (
        work.removeprefix("---\n")
        .replace("name: mocka-v2", "name: mocka-v4")
        .replace("name: mockb,", "name: mockb-v4,")
        .replace("version: v2", "version: v4")
    )
    assert ended.files["deploy/work-v2.yaml"] == work.encode()
    assert ended.codes == ["LW2015"] * 4
    assert [at(one) for one in ended.findings] == [
        f"deploy/work-v4.yaml:{line}:{column}"
        for line, column in ((12, 7), (13, 9), (26, 7), (27, 9))
    ]


def test_workload_of_two_lanes_is_neither_copied_nor_removed() -> None:
    lanes = LANE_FILE.replace(b"{version: v3}", b"{tier: web}")
    route = rendered(PLAIN, {"v1": 60, "v2": 0, "v3": 40}, {})
    work = deployment("mocka", version="v2", tier="web").encode()
    given = files(route, lanes) | {"work.yaml": work}

    added = outcome(given, lane_added(mesh_of(given), LaneCopy("v4", "v2")))
    gone = outcome(given, removed(mesh_of(given), "v2"))

    assert (added.codes, gone.codes) == (["LW2018"], ["LW2017"])
    assert set(added.files) == set(given)
    assert gone.files["work.yaml"] == work


def service(name: str) -> str:
    return (
        f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: default}}\n"
        f"spec: {{selector: {{app: mocka, version: {name[-2:]}}}, ports: [{{port: 80}}]}}\n"
    )


def test_splits_over_services_of_lanes_are_edited_as_those_over_subsets() -> None:
    hosts = "mocka.default.svc.cluster.local, subset: "
    route = ROUTE.replace(hosts, "mocka-").replace("}", ".default.svc.cluster.local}")
    route = "\n".join(
        line.replace("}.default", ".default") if "host" in line else line
        for line in route.splitlines()
    )
    services = "".join(service(f"mocka-{name}") for name in LANES).removeprefix("---\n")
    given = files(route) | {"services.yaml": services.encode()}

    ended = outcome(given, setting(mesh_of(given), v1=50, v2=30, v3=20))
    added = outcome(given, lane_added(mesh_of(given), LaneCopy("v4", "v3")))
    alone = {path: raw for path, raw in added.files.items() if raw}
    gone = outcome(alone, removed(mesh_of(alone), "v4"))

    after = ended.files["route.yaml"] or b""
    assert after.decode() == route.replace("60", "50").replace("10", "20")
    assert b"host: mocka-v4.default.svc.cluster.local}" in (added.files["route.yaml"] or b"")
    assert added.files["services-v4.yaml"] == service("mocka-v4").removeprefix("---\n").encode()
    assert {path: raw for path, raw in gone.files.items() if raw} == given


@pytest.mark.parametrize(
    ("lanes", "reason"),
    [
        (b"spec: {labelSelector: &v {version: v3}}", ""),
        (b"spec: {labelSelector: {version: &v v3}, services: [{name: *v}]}", "an anchor makes"),
        (b"spec: {services: [], <<: {labelSelector: {version: v3}}}", "an alias or a merge"),
    ],
)
def test_names_and_labels_that_are_shared_are_not_copied(lanes: bytes, reason: str) -> None:
    given = files(lanes=LANE_FILE.replace(b"spec: {labelSelector: {version: v3}}", lanes))
    draft = lane_added(mesh_of(given), LaneCopy("v4", "v3"))

    assert [reason in one.message for one in draft.findings] == [True] * bool(reason)
