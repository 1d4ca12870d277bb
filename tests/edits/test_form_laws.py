"""Whatever is filled in is read back, in files of any form, and what is previewed is what comes.

Forms are drawn. A file that an edit made is read anew by the same readers as every other file.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from laneway.core.compile import compile_snapshot
from laneway.core.edits.draft import file_edits
from laneway.core.edits.edited_snapshot import as_edited
from laneway.core.edits.file_text import FileEdit, documents_of, edited
from laneway.core.edits.forms.drafting import draft_of_form
from laneway.core.edits.forms.filled import normalized
from laneway.core.edits.forms.showing import shown_group, shown_lane, shown_rule
from laneway.core.edits.forms.values import (
    FormEdit,
    GroupForm,
    HeaderForm,
    LaneForm,
    MatchForm,
    RuleForm,
    ServiceName,
    ShownForm,
    UriForm,
)
from laneway.core.edits.intents import Become
from laneway.core.emit.istio import Layout
from laneway.core.findings.finding import Finding
from laneway.core.findings.place import Place
from laneway.core.mesh.gather import gather
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.read import read_file
from laneway.core.views.changes import as_object, ours
from laneway.core.views.form_preview import Standpoint
from tests.edits.files import mesh_of, outcome
from tests.edits.test_forms import Files, compiled, example

WORDS = st.sampled_from(
    [
        "v1",
        "true",
        "no",
        "012",
        "1e3",
        "a b",
        "x: y",
        "it's",
        '"q"',
        "# c",
        "größe",
        "*",
        "{a}",
        "-",
    ]
)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)
PATHS = st.sampled_from(["/", "/mock", "/a b", "/x#y", "/'", "/{id}", "[a-z]+"])
SERVICES = st.lists(st.builds(ServiceName, NAMES, NAMES), max_size=4, unique=True).map(tuple)
URIS = st.builds(UriForm, st.sampled_from(["exact", "prefix", "regex"]), PATHS) | st.just(UriForm())
HEADER_NAMES = st.sampled_from(["x-asm-prefer-tag", "X-User", "cookie", "no", "x_y"])
HEADERS = st.lists(
    st.builds(HeaderForm, HEADER_NAMES, st.sampled_from(["exact", "prefix", "regex"]), WORDS)
    | st.builds(HeaderForm, HEADER_NAMES, st.just("present")),
    max_size=3,
    unique_by=lambda one: one.name,
).map(tuple)
MATCHES = st.lists(st.builds(MatchForm, URIS, HEADERS), max_size=3).map(tuple)
HOSTS = st.lists(st.sampled_from(["*", "a.example.com", "*.b.example"]), max_size=3, unique=True)
GROUPS = st.builds(
    GroupForm,
    name=st.just("drawn"),
    gateway=st.builds("{}/{}".format, NAMES, NAMES),
    mode=st.sampled_from(["strict", "permissive"]),
    context=st.sampled_from(["traceId", "baggage", "correlation"]),
    trace_header=HEADER_NAMES,
    route_header=NAMES,
    services=SERVICES,
    strategy=st.sampled_from(["rule_based", "weighted"]),
    hosts=HOSTS.map(tuple),
    matches=MATCHES,
    baseline=st.just("") | NAMES,
    stand_ins=st.dictionaries(st.builds("{}/{}".format, NAMES, NAMES), NAMES, max_size=2),
).map(normalized)
LANES = st.builds(LaneForm, st.just("drawn"), NAMES, NAMES, WORDS, SERVICES)
RULES = st.builds(
    RuleForm,
    lane=st.just("s1"),
    service=st.just("") | st.builds("{}.default.svc.cluster.local".format, NAMES),
    port=st.none() | st.integers(1, 65535),
    rule_name=st.just("") | WORDS,
    host=HOSTS.map(tuple),
    uri=URIS,
    headers=HEADERS,
    online=st.booleans(),
).map(normalized)


def after(files: Files, edit: FormEdit) -> Files:
    draft = draft_of_form(mesh_of(files), edit)
    ended = outcome(files, draft)
    assert not ended.findings, ended.findings
    return {path: raw for path, raw in ended.files.items() if raw is not None}


def in_order(form: GroupForm | RuleForm) -> GroupForm | RuleForm:
    """Return a form with its headers by name: in a mapping they have no order."""
    if isinstance(form, RuleForm):
        return replace(form, headers=tuple(sorted(form.headers, key=lambda one: one.name)))
    matches = (
        replace(one, headers=tuple(sorted(one.headers, key=lambda header: header.name)))
        for one in form.matches
    )
    return replace(form, matches=tuple(matches))


def there(found: ShownForm | None) -> ShownForm:
    assert found is not None
    return found


def again(files: Files) -> Mesh:
    """Read files though a rule of them may be wrong: what is wrong is kept as well."""
    return compile_snapshot(gather([read_file(path, raw) for path, raw in files.items()])).mesh


@settings(max_examples=40, deadline=None, phases=[Phase.generate])
@given(GROUPS, GROUPS)
def test_a_group_is_read_back_as_it_was_filled_in_new_and_changed(
    first: GroupForm, then: GroupForm
) -> None:
    files = after(example("strict-lanes"), FormEdit(first, file="group.yaml"))
    seen = there(shown_group(again(files), "drawn"))
    changed = after(files, FormEdit(then, seen))

    assert seen.form == first
    assert seen.is_plain
    found = there(shown_group(again(changed), "drawn")).form
    assert isinstance(found, GroupForm)
    assert in_order(found) == in_order(then)


@settings(max_examples=40, deadline=None, phases=[Phase.generate])
@given(LANES, LANES)
def test_a_lane_is_read_back_as_it_was_filled_in_new_and_changed(
    first: LaneForm, then: LaneForm
) -> None:
    files = after(example("strict-lanes"), FormEdit(first))
    seen = there(shown_lane(again(files), "drawn"))
    changed = after(files, FormEdit(then, seen))

    assert seen.form == first
    assert seen.is_plain
    assert there(shown_lane(again(changed), "drawn")).form == then


@settings(max_examples=40, deadline=None, phases=[Phase.generate])
@given(RULES, RULES)
def test_a_rule_is_read_back_as_it_was_filled_in_new_and_changed(
    first: RuleForm, then: RuleForm
) -> None:
    files = after(example("strict-lanes"), FormEdit(first))
    seen = there(shown_rule(again(files), "s1", 1))
    changed = after(files, FormEdit(then, seen))

    assert seen.form == first
    assert seen.is_plain
    found = there(shown_rule(again(changed), "s1", 1)).form
    assert isinstance(found, RuleForm)
    assert in_order(found) == in_order(then)
    assert there(shown_rule(again(changed), "s1", 0)) == there(
        shown_rule(mesh_of(example("strict-lanes")), "s1", 0)
    )


@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(st.one_of(GROUPS, LANES, RULES))
def test_what_is_compiled_before_is_what_is_compiled_after(
    form: GroupForm | LaneForm | RuleForm,
) -> None:
    files = example("strict-lanes")
    before = compiled(files)
    draft = draft_of_form(before.mesh, FormEdit(form))
    edits, faults = file_edits(draft, files)
    assert not faults
    expected = compiled(files | {one.path: one.after or b"" for one in edits})

    seen = as_edited(before.snapshot, edits)
    found = compile_snapshot(seen, before)

    assert seen.other_kinds == expected.snapshot.other_kinds
    assert [one.meta for one in seen.resources] == [one.meta for one in expected.snapshot.resources]
    assert found.findings == expected.findings
    assert found.manifests() == expected.manifests()


IN_JSON = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {
                "apiVersion": "istio.alibabacloud.com/v1",
                "kind": "ASMSwimLane",
                "metadata": {"name": name, "labels": {"swimlane-group": "test"}},
                "spec": {"labelSelector": {"version": name}, "services": []},
            }
            for name in ("a", "b")
        ],
    },
    indent=2,
)


@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(LANES)
def test_an_object_in_json_stays_json(form: LaneForm) -> None:
    files = {"lanes.json": IN_JSON.encode()}
    seen = there(shown_lane(mesh_of(files), "b"))
    changed = after(files, FormEdit(replace(form, name="b"), seen))

    items: list[Any] = json.loads(changed["lanes.json"])["items"]
    assert items[0] == json.loads(IN_JSON)["items"][0]
    assert there(shown_lane(again(changed), "b")).form == replace(form, name="b")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 2}, "c": {"b": 1}}),
        ("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", {"a": {"b": 1}, "c": {"d": 2}}),
        ("a: &x 1\nb: *x\n", {"b": 1}),
    ],
)
def test_what_an_anchor_shares_is_not_changed_alone(text: str, value: object) -> None:
    source = documents_of("a.yaml", text.encode())[0].source

    assert isinstance(edited("a.yaml", text.encode(), [Become(Place(source), value)]), Finding)


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        (
            "a: &x {b: 1}\nc: *x  # both\n",
            {"a": {"b": 1}, "c": {"b": 2}},
            "a: &x {b: 1}\nc:  # both\n  b: 2\n",
        ),
        (
            "a: &x {b: 1}\nc: *x  # both\nd: 3\n",
            {"a": {"b": 1}, "c": {"b": 1}, "d": 4},
            "a: &x {b: 1}\nc: *x  # both\nd: 4\n",
        ),
        (
            "a: &x {b: 1}\nc:\n  <<: *x  # as there\n  d: 2\n",
            {"a": {"b": 1}, "c": {"b": 5, "d": 2}},
            "a: &x {b: 1}\nc:\n  <<: *x  # as there\n  d: 2\n  b: 5\n",
        ),
        ("a: # none yet\nb: 1\n", {"a": ["x"], "b": 1}, "a: # none yet\n  - x\nb: 1\n"),
        ("- a # one\n-\n  b: 1\n  c: 2 # two\n", ["a", {"c": 2}], "- a # one\n-\n  c: 2 # two\n"),
        ("a: [1, # one\n  2] # end\n", {"a": [1, 2, 3]}, "a: [1, # one\n  2, 3] # end\n"),
    ],
)
def test_what_stands_beside_anchors_and_comments_changes_alone(
    text: str, value: object, wanted: str
) -> None:
    source = documents_of("a.yaml", text.encode())[0].source
    found = edited("a.yaml", text.encode(), [Become(Place(source), value)])

    assert isinstance(found, FileEdit), found
    assert found.after == wanted.encode()


@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(st.one_of(GROUPS, LANES, RULES), st.sampled_from(["istio", "asm"]))
def test_changes_that_are_told_are_those_of_two_compilations(
    form: GroupForm | LaneForm | RuleForm, layout: Layout
) -> None:
    files = example("strict-lanes")
    standpoint = Standpoint(compiled(files), layout)
    edits, _ = file_edits(draft_of_form(standpoint.now.mesh, FormEdit(form)), files)
    after = compiled(files | {one.path: one.after or b"" for one in edits})
    before = standpoint.now.manifests(layout)

    told = standpoint.changes(compile_snapshot(as_edited(standpoint.now.snapshot, edits)))

    assert as_object(told) == as_object(ours(before, after, after.manifests(layout)))
