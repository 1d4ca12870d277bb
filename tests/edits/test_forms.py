"""Forms write what the vendor's console writes, are read back as they were, and say where they err.

The first seed's clicks are forms here; what its pages print is in the golden seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import json
from msgspec.structs import replace

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.edits.draft import Draft
from laneway.core.edits.forms.drafting import draft_of_form
from laneway.core.edits.forms.filled import filled_in, new_group, new_lane, new_rule
from laneway.core.edits.forms.meanwhile import EditConflict, as_of_now
from laneway.core.edits.forms.offers import offers
from laneway.core.edits.forms.showing import (
    shown_group,
    shown_injection,
    shown_lane,
    shown_rule,
    shown_rules,
    shown_weights,
)
from laneway.core.edits.forms.values import (
    Form,
    FormEdit,
    GroupForm,
    HeaderForm,
    InjectionForm,
    LaneForm,
    MatchForm,
    Removal,
    RuleForm,
    ServiceName,
    ShownForm,
    UriForm,
    WeightsForm,
)
from laneway.core.mesh.gather import gather
from laneway.core.resources.read import read_file
from laneway.core.views.form_preview import Preview, Standpoint, preview
from tests.edits.files import mesh_of, outcome
from tests.golden.shapes import comparable
from tests.golden.test_seed import PRINTED

EXAMPLES = Path(__file__).parents[2] / "examples"
SERVICES = tuple(ServiceName("default", name) for name in ("mocka", "mockb", "mockc"))
GATEWAY = "istio-system/ingressgateway"
Files = dict[str, bytes]


def example(name: str, *but: str) -> Files:
    paths = sorted((EXAMPLES / name).glob("*.yaml"))
    return {path.name: path.read_bytes() for path in paths if path.name not in but}


def compiled(files: Mapping[str, bytes]) -> Compilation:
    return compile_snapshot(gather([read_file(path, raw) for path, raw in files.items()]))


def written(files: Files, edit: FormEdit) -> Files:
    """Return the files with a edit come true."""
    draft = draft_of_form(mesh_of(files), edit)
    ended = outcome(files, draft)
    assert not draft.is_refused, ended.findings
    assert not ended.findings
    return {path: raw for path, raw in ended.files.items() if raw is not None}


def looked_at(files: Files, edit: FormEdit) -> Preview:
    return preview(Standpoint(compiled(files)), edit, files)


def at_fields(seen: Preview) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in seen.findings}


def shown(found: ShownForm | None) -> ShownForm:
    assert found is not None
    return found


def clicked() -> Files:
    """Return the files after the steps of the first seed."""
    files = example("strict-lanes", "lanes.yaml")
    group = replace(new_group(mesh_of(files)), name="test", services=SERVICES)
    files = written(files, FormEdit(group, file="lanes.yaml"))
    for number in "123":
        lane = new_lane(mesh_of(files), "test")
        lane = replace(lane, name=f"s{number}", label_value=f"v{number}")
        files = written(files, FormEdit(lane))
        rule = replace(new_rule(mesh_of(files), lane.name), uri=UriForm("exact", "/mock"))
        files = written(files, FormEdit(rule))
    return files


def test_the_seeds_clicks_write_the_examples_file_byte_for_byte() -> None:
    assert clicked() == example("strict-lanes")


@pytest.mark.parametrize("path", PRINTED, ids=[path.stem for path in PRINTED])
def test_what_is_generated_of_the_seeds_clicks_is_what_its_page_prints(path: Path) -> None:
    import yaml  # noqa: PLC0415 - for one test

    printed = yaml.load(path.read_text(), yaml.CSafeLoader)
    head = printed["metadata"]
    ref = printed["kind"], head["namespace"], head["name"]
    found = {
        (one.ref.kind, one.ref.namespace, one.ref.name): dict(one.body)
        for one in compiled(clicked()).manifests("asm")
    }[ref]
    own = {key: part for key, part in found["metadata"].items() if key != "annotations"}

    assert comparable({**found, "metadata": own}) == comparable(printed)


def test_the_first_lane_of_a_group_begins_with_the_vendors_label_where_all_pods_have_it() -> None:
    group = replace(new_group(mesh_of(example("strict-lanes"))), name="more")
    files = written(example("strict-lanes", "lanes.yaml"), FormEdit(group, file="lanes.yaml"))
    served = written(files, FormEdit(replace(group, name="other", services=SERVICES)))

    assert new_lane(mesh_of(files), "more").label_name == ""
    assert new_lane(mesh_of(served), "other").label_name == "ASM_TRAFFIC_TAG"
    bare = {path: raw.replace(b"ASM_TRAFFIC_TAG", b"tag") for path, raw in served.items()}
    assert new_lane(mesh_of(bare), "other").label_name == ""


def test_a_group_that_is_begun_is_not_blamed_for_having_no_lanes_yet() -> None:
    files = example("strict-lanes", "lanes.yaml")
    group = replace(new_group(mesh_of(files)), name="test", services=SERVICES)
    begun = looked_at(files, FormEdit(group, file="lanes.yaml"))
    after = written(files, FormEdit(group, file="lanes.yaml"))
    edited = looked_at(after, FormEdit(group, shown=shown(shown_group(mesh_of(after), "test"))))

    assert at_fields(begun) == set()
    assert ("name", "LW1204") in at_fields(edited)


@pytest.mark.parametrize("label", [b"disabled", b"'disabled'   # for now"])
def test_injection_is_switched_in_the_file_of_the_namespace_and_nothing_else_of_it(
    label: bytes,
) -> None:
    whole = example("strict-lanes")
    path = next(path for path in whole if path.endswith("gateway.yaml"))
    off = {**whole, path: whole[path].replace(b"enabled", label)}
    before = shown(shown_injection(mesh_of(off), "default"))
    edit = FormEdit(InjectionForm("default"), shown=before)

    assert before.form == InjectionForm("default", on=False)
    wanted = {**off, path: off[path].replace(label.split(b" ")[0], b"enabled", 1)}
    assert written(off, edit)[path].replace(b"'", b"") == wanted[path].replace(b"'", b"")
    assert looked_at(whole, replace(edit, shown=None)).files == ()
    back = FormEdit(InjectionForm("default", on=False))
    assert b"istio-injection: disabled" in written(whole, back)[path]
    nobody = looked_at(whole, FormEdit(InjectionForm("nobody")))
    assert nobody.is_refused


def test_injection_that_somebody_switched_meanwhile_is_no_longer_as_shown() -> None:
    mesh = mesh_of(example("strict-lanes"))
    was = replace(shown(shown_injection(mesh, "default")), form=InjectionForm("default", on=False))
    conflict = as_of_now(mesh, FormEdit(InjectionForm("default"), shown=was))

    assert isinstance(conflict, EditConflict)
    assert conflict.what == "sidecar injection in namespace default"
    assert [one.field for one in conflict.fields] == ["on"]


def test_a_new_rule_has_the_lanes_header_unless_somebody_takes_it_away() -> None:
    files = example("strict-lanes")
    rule = new_rule(mesh_of(files), "s2")
    after = written(files, FormEdit(replace(rule, headers=(), uri=UriForm("prefix", "/other"))))

    assert rule.headers == (HeaderForm("x-asm-prefer-tag", "exact", "s2"),)
    assert rule.rule_name == "r2"
    assert shown(shown_rule(mesh_of(after), "s2", 1)).form == replace(
        rule, headers=(), uri=UriForm("prefix", "/other")
    )


def test_a_rule_of_a_permissive_group_has_the_groups_route_header() -> None:
    mesh = mesh_of(example("permissive-lanes"))
    lane = mesh.groups[0].lanes[0].name
    header = mesh.groups[0].propagation

    assert header is not None
    assert filled_in(mesh, lane)[0].name == header.route_header


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        (LaneForm("S 4", "test", "version", "v9"), "name", "LW1205"),
        (LaneForm("", "test", "version", "v9"), "name", "LW1016"),
        (LaneForm("s1", "test", "version", "v9"), "name", "LW2013"),
        (LaneForm("s4", "tset", "version", "v9"), "group", "LW1203"),
        (LaneForm("s4", "test"), "labelName", "LW1207"),
        (LaneForm("s4", "test", "nobody", "v9"), "labelName", "LW1501"),
        (LaneForm("s4", "test", "version", "v1", SERVICES[:2]), "services", "LW1210"),
        (GroupForm("", GATEWAY), "name", "LW1016"),
        (GroupForm("new", "istio-system/nowhere"), "gateway", "LW1301"),
        (
            GroupForm("new", GATEWAY, services=SERVICES),
            "services.0",
            "LW1211",
        ),
        (
            GroupForm(
                "new",
                GATEWAY,
                "permissive",
                "traceId",
                "x-id",
                "x-lane",
                baseline="s9",
            ),
            "baseline",
            "LW1801",
        ),
    ],
)
def test_a_mistake_is_told_at_its_field(form: Form, field: str, code: str) -> None:
    seen = looked_at(example("strict-lanes"), FormEdit(form))

    assert (field, code) in at_fields(seen)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"uri": UriForm("regex", "/(mock")}, "uri.content", "LW1106"),
        ({"headers": (HeaderForm("bad name", "exact", "x"),)}, "headers.0.value", "LW1107"),
        ({"service": "mockz.default.svc.cluster.local"}, "service", "LW1312"),
        ({"port": 99}, "port", "LW1313"),
        ({"online": False}, "online", "LW1309"),
    ],
)
def test_a_mistake_in_a_rule_is_told_at_its_field(
    changes: dict[str, object], field: str, code: str
) -> None:
    files = example("strict-lanes")
    before = shown(shown_rule(mesh_of(files), "s1", 0))
    seen = looked_at(files, FormEdit(replace(before.form, **changes), before))

    assert (field, code) in at_fields(seen)


def test_weights_that_do_not_add_up_are_told_at_the_weights_and_not_written() -> None:
    files = example("weighted-entry")
    seen = looked_at(
        files, FormEdit(WeightsForm("release", {"stable": 60, "next": 30, "canary": 20}))
    )

    assert (("weights", "LW2003") in at_fields(seen), seen.is_refused) == (True, True)


def test_weights_are_set_at_the_lanes_of_a_weighted_group() -> None:
    files = example("weighted-entry")
    wanted = {"stable": 0, "next": 30, "canary": 70}
    after = written(files, FormEdit(WeightsForm("release", wanted)))

    assert shown(shown_weights(mesh_of(after), "release")).form == WeightsForm("release", wanted)
    assert after["lanes.yaml"] == files["lanes.yaml"].replace(b"weight: 60", b"weight: 0").replace(
        b"weight: 10", b"weight: 70"
    )


def test_weights_are_set_in_a_users_route() -> None:
    files = example("gitops")
    group = mesh_of(files).groups[0].name
    after = written(files, FormEdit(WeightsForm(group, {"v1": 90, "v2": 10})))

    assert shown(shown_weights(mesh_of(after), group)).form == WeightsForm(
        group, {"v1": 90, "v2": 10}
    )


def test_a_lane_without_a_share_gets_its_first_one_beside_the_others() -> None:
    files = example("weighted-entry")
    files = written(files, FormEdit(LaneForm("late", "release", "version", "v4")))
    wanted = {"stable": 60, "next": 30, "canary": 5, "late": 5}
    after = written(files, FormEdit(WeightsForm("release", wanted)))

    assert shown(shown_weights(mesh_of(after), "release")).form == WeightsForm("release", wanted)
    assert (
        after["lanes.yaml"]
        .decode()
        .endswith(
            "ingressWeight:\n    destination:\n      host: mocka.default.svc.cluster.local\n"
            "    weight: 5\n"
        )
    )


def test_a_lane_without_a_part_in_a_users_route_gets_one_like_the_others() -> None:
    files = example("gitops")
    group = mesh_of(files).groups[0].name
    files = written(files, FormEdit(LaneForm("v3", group, "version", "v3")))
    wanted = {"v1": 60, "v2": 30, "v3": 10}
    after = written(files, FormEdit(WeightsForm(group, wanted)))
    added = """\
        - destination:
            host: mocka.default.svc.cluster.local
            subset: v3
          weight: 10
"""

    assert shown(shown_weights(mesh_of(after), group)).form == WeightsForm(group, wanted)
    route = files["route.yaml"].decode().replace("weight: 50", "weight: 60", 1)
    assert after["route.yaml"].decode() == route.replace("weight: 50", "weight: 30") + added
    zero = written(after, FormEdit(WeightsForm(group, {"v1": 50, "v2": 50, "v3": 0})))
    assert shown(shown_weights(mesh_of(zero), group)).form == WeightsForm(
        group, {"v1": 50, "v2": 50, "v3": 0}
    )


def test_sliders_of_lanes_without_a_part_may_stand_at_nothing() -> None:
    files = example("gitops")
    group = mesh_of(files).groups[0].name
    files = written(files, FormEdit(LaneForm("v3", group, "version", "v3")))
    after = written(files, FormEdit(WeightsForm(group, {"v1": 80, "v2": 20, "v3": 0})))

    assert after["route.yaml"].count(b"subset") == 2


COMMENTED = """\
# lanes of the shop
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: s1, labels: {swimlane-group: test, team: shop}}   # ours
spec:
    labelSelector: {ASM_TRAFFIC_TAG: v1}   # set by the build
    ingressRules:
    # testers
    - {name: r1, online: true, hosts: ['*'], match: {uri: {exact: /mock}, \
headers: {X-Lane: {exact: s1}, x-odd: {suffix: a}}}, route: {destination: {host: mocka}}}
    # all others
    - name: r2   # never on
      match: {}
      route:
        destination:
          host: mocka.default.svc.cluster.local   # the entry
"""


def commented() -> Files:
    files = example("strict-lanes")
    docs = files["lanes.yaml"].decode().split("---\n")
    return files | {
        "lanes.yaml": "---\n".join([docs[0], *docs[2:]]).encode(),
        "s1.yaml": COMMENTED.encode(),
    }


def test_an_edit_keeps_comments_and_what_the_form_does_not_show() -> None:
    files = commented()
    before = shown(shown_rule(mesh_of(files), "s1", 0))
    assert isinstance(before.form, RuleForm)
    edit = FormEdit(replace(before.form, uri=UriForm("prefix", "/"), headers=(), port=8000), before)
    after = written(files, edit)

    assert (before.is_plain, before.reason) == (False, "match.headers.x-odd")
    assert after["s1.yaml"].decode() == COMMENTED.replace("exact: /mock", "prefix: /").replace(
        "X-Lane: {exact: s1}, ", ""
    ).replace("host: mocka}", "host: mocka, portNum: 8000}")


def test_removing_a_rule_leaves_its_neighbor_as_it_was() -> None:
    after = written(commented(), FormEdit(Removal("rule", "s1", 0)))["s1.yaml"].decode()
    lines = COMMENTED.splitlines(keepends=True)

    assert after == "".join(line for line in lines if "name: r1" not in line)


def test_a_lane_with_labels_of_others_says_what_its_form_does_not_show() -> None:
    found = shown(shown_lane(mesh_of(commented()), "s1"))

    assert (found.is_plain, found.reason) == (False, "metadata.labels.team")
    assert found.form == LaneForm("s1", "test", "ASM_TRAFFIC_TAG", "v1")


def test_what_is_gone_or_called_otherwise_is_not_edited() -> None:
    files = example("strict-lanes")
    before = shown(shown_lane(mesh_of(files), "s1"))
    assert isinstance(before.form, LaneForm)
    gone = written(files, FormEdit(Removal("lane", "s1")))
    changed = replace(before.form, label_value="v2")

    assert codes(draft_of_form(mesh_of(gone), FormEdit(changed, before))) == ["LW2041"]
    rule = shown(shown_rule(mesh_of(files), "s1", 0))
    assert isinstance(rule.form, RuleForm)
    moved = FormEdit(replace(rule.form, lane="s2"), rule)
    assert codes(draft_of_form(mesh_of(files), moved)) == ["LW2042"]
    renamed = FormEdit(replace(before.form, name="s9"), before)
    assert codes(draft_of_form(mesh_of(files), renamed)) == ["LW2042"]


@pytest.mark.parametrize("path", ["lanes.txt", "lanes.json", "a/../lanes.yaml", "a/../../b.yaml"])
def test_a_file_that_takes_no_object_is_refused_at_its_field(path: str) -> None:
    seen = looked_at(
        example("strict-lanes"), FormEdit(LaneForm("s4", "test", "version", "v4"), file=path)
    )

    assert (at_fields(seen), seen.is_refused) == ({("file", "LW2043")}, True)


def test_a_group_goes_with_its_lanes_and_nothing_else() -> None:
    files = example("strict-lanes")
    after = written(files, FormEdit(Removal("group", "test", with_lanes=True)))

    assert after == {path: raw for path, raw in files.items() if path != "lanes.yaml"}


def test_a_preview_tells_files_and_generated_objects_that_change() -> None:
    files = example("strict-lanes")
    seen = looked_at(
        files, FormEdit(LaneForm("s4", "test", "ASM_TRAFFIC_TAG", "v4"), file="s4.yaml")
    )
    rules = [one["name"] for one in seen.changes["changes"] if one["kind"] == "DestinationRule"]

    assert seen.diff.startswith("--- /dev/null\n+++ b/s4.yaml\n")
    assert seen.yaml.startswith("apiVersion: istio.alibabacloud.com/v1\nkind: ASMSwimLane\n")
    assert rules == [f"trafficlabel-dr-test-default-{one.name}" for one in SERVICES]


def test_errors_refuse_an_edit_unless_it_is_wanted_despite_them() -> None:
    files = example("strict-lanes")
    edit = FormEdit(LaneForm("s4", "test"))
    unnamed = FormEdit(LaneForm("", "test", "version", "v4"), despite_errors=True)

    assert looked_at(files, edit).is_refused
    assert not looked_at(files, replace(edit, despite_errors=True)).is_refused
    assert looked_at(files, unnamed).is_refused  # nobody could read the file any more


def test_offers_tell_labels_by_which_pods_differ_and_files_for_new_objects() -> None:
    found = offers(mesh_of(example("strict-lanes")), ("local",))
    tags = {tag.name: [one.value for one in tag.values] for tag in found.tags}

    assert (found.gateways, found.clusters) == ((GATEWAY,), ("local",))
    assert tags == {"ASM_TRAFFIC_TAG": ["v1", "v2", "v3"], "version": ["v1", "v2", "v3"]}
    assert all(tag.is_common for tag in found.tags)
    assert found.services[0].host == "mocka.default.svc.cluster.local"
    assert "lanes.yaml" in found.files


@pytest.mark.parametrize("name", ["strict-lanes", "permissive-lanes", "weighted-entry", "gitops"])
def test_forms_of_the_examples_travel_as_json_and_write_nothing_unchanged(name: str) -> None:
    files = example(name)
    mesh = mesh_of(files)
    found = [shown_group(mesh, one.name) for one in mesh.groups]
    for group in mesh.groups:
        found += [shown_lane(mesh, lane.name) for lane in group.lanes]
        found += [rule for lane in group.lanes for rule in shown_rules(mesh, lane.name)]
    for one in map(shown, found):
        edit = json.decode(json.encode(FormEdit(one.form, one)), type=FormEdit)

        assert edit == FormEdit(one.form, one)
        assert draft_of_form(mesh, edit).intents == ()


def test_a_weighted_permissive_group_is_written_in_full_and_read_back() -> None:
    files = example("strict-lanes", "lanes.yaml")
    matches = (MatchForm(UriForm("exact", "/mock"), (HeaderForm("x-a", "present"),)), MatchForm())
    form = GroupForm(
        *("test", GATEWAY, "permissive", "traceId", "x-id", "x-lane"),
        services=SERVICES,
        strategy="weighted",
        hosts=("a.example.com",),
        matches=matches[:1],
        baseline="s1",
        stand_ins={"default/mockb": "s2"},
    )
    after = written(files, FormEdit(form, file="group.yaml"))

    assert shown(shown_group(mesh_of(after), "test")) == ShownForm(
        form, "group.yaml", version=shown(shown_group(mesh_of(after), "test")).version
    )


def test_a_stand_in_is_added_and_one_without_a_lane_is_not_written() -> None:
    files = example("permissive-lanes")
    begun = shown(shown_group(mesh_of(files), "test"))
    assert isinstance(begun.form, GroupForm)
    wanted = {"default/mocka": "s2", "default/mockb": ""}
    after = written(files, FormEdit(replace(begun.form, stand_ins=wanted), begun))

    lines = set(after["lanes.yaml"].splitlines()) - set(files["lanes.yaml"].splitlines())
    assert lines == {b"    serviceLevelFallbackTarget:", b"      default/mocka: s2"}
    now = shown(shown_group(mesh_of(after), "test"))
    gone = written(after, FormEdit(replace(now.form, stand_ins={}), now))
    assert gone == files


def codes(draft: Draft) -> list[str]:
    return [one.code.id for one in draft.findings]


@pytest.mark.parametrize(
    ("trace", "route"),
    [
        ("SW8-Correlation", "X-Lane"),
        ("Baggage", "x-lane"),
        ("X-Lane", "x-lane"),
        ("X-Id", "X-Lane"),
    ],
)
def test_a_group_that_nobody_touched_keeps_the_capitals_of_its_headers(
    trace: str, route: str
) -> None:
    files = {
        path: raw.replace(
            b"traceHeader: x-asm-prefer-tag", f"traceHeader: {trace}".encode()
        ).replace(b"routeHeader: x-asm-prefer-tag", f"routeHeader: {route}".encode())
        for path, raw in example("permissive-lanes").items()
    }
    before = shown(shown_group(mesh_of(files), "test"))

    assert trace.encode() in files["lanes.yaml"]
    assert written(files, FormEdit(before.form, before)) == files
