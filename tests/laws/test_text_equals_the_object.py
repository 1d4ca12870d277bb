"""Law: the text of a manifest, read by anybody's YAML reader, is the manifest again.

kubectl reads YAML 1.1 and most other programs 1.2; PyYAML and yaml-rs stand for the two. Strings
are drawn from every form that one of them takes for another type.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
import yaml_rs
from hypothesis import example, given
from hypothesis import strategies as st

from laneway.core.emit.istio import manifests
from laneway.core.emit.json_text import json_list
from laneway.core.emit.yaml_text import yaml_documents, yaml_text
from laneway.core.resources.yaml.suspects import is_suspect
from tests.golden.case import CASES, read_case
from tests.golden.test_cases import compiled
from tests.laws.compiling import compile_mesh, emitted
from tests.laws.corpus import shared_meshes
from tests.laws.objects import lane, lane_group, reference, service

Object = dict[str, Any]

AMBIGUOUS = (
    *("y", "N", "yes", "No", "ON", "off", "true", "False", "TRUE", "null", "Null", "~", "", "NULL"),
    *("0", "-1", "+1", "012", "0o14", "0x1F", "0b1", "1_000", "1e3", "1.5", "1.", ".5", "-.5e-3"),
    *(".inf", "-.Inf", ".NaN", "nan", "inf", "12:30:45", "1:30", "190:20:30.15", "_1", "1__0"),
    *("2024-01-01", "2024-01-01T10:00:00Z", "2024-1-1 10:00:00 +1", "10.0.0.1", "1.2.3", "10s"),
    *("- a", "-", "---", "...", "--- x", "? a", "?", ": a", ":", "a: b", "a:", "a:b", "a #b"),
    *("#", "# a", "a#b", "&a", "*a", "!a", "!!str a", "|", ">", "%a", "%YAML 1.1", "@a", "`a"),
    *("'", "'a'", '"', '"a"', "[", "]", "{", "}", "{}", "[]", "{a: b}", ",", "a, b", "=", "<<"),
    *("\\", " ", " a", "a ", "a  b", "\t", "a\tb", "\ta", "\n", "a\n", "\na", "a\nb", "a\n\n"),
    *("a\n\nb\n", " a\nb", "a\n b", "a \nb", "a\n \nb", "a\r\nb", "a\rb", "# a\nb", "---\na\n"),
    *("- a\n- b\n", "\x00", "\x07", "\x1b[0m", "\x7f", "\x85", "\xa0", "\u2028", "a\u2029b"),
    *("\ufeff", "\ufeffa", "é", "日本", "\U0001f6e3", "a\u0301", "\ufffd", "\ufffe", "100%", "%s"),
    *("/mock", "%REQ(x-tag)%", "(.*,)?[ \\t]*x-tag[ \\t]*=[ \\t]*s2[ \\t]*([;,].*)?"),
)

strings = st.one_of(
    st.sampled_from(AMBIGUOUS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(" \n\ta-:#'\"|01._", max_size=8),
    st.from_regex(r"[-+]?[0-9._:xobeE]{1,6}", fullmatch=True),
)
scalars = st.one_of(
    strings,
    strings,
    st.booleans(),
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4),
    max_leaves=8,
)
bodies = st.dictionaries(strings, values, max_size=3)


def read_as_yaml_1_1(text: str) -> list[Any]:
    """Read a stream with libyaml, of which kubectl's reader is a translation."""
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def same(read: object, written: object) -> bool:
    """Compare types and order too: to `==`, 1, 1.0 and True are the same."""
    return repr(read) == repr(written)


def read_as_yaml_1_2(text: str) -> Any:
    """Read one document as most libraries do."""
    return yaml_rs.loads(text, parse_datetime=False)


@given(st.lists(bodies, max_size=3))
@example([{"spec": text, text: [text, [text], {text: text}]} for text in AMBIGUOUS])
def test_yaml_1_1_reads_back_every_object_of_a_stream(written: list[Object]) -> None:
    assert same(read_as_yaml_1_1("".join(yaml_documents(written))), written)


@given(bodies)
@example({text: [text, [text], {text: text}] for text in AMBIGUOUS})
def test_yaml_1_2_reads_back_every_object(written: Object) -> None:
    assert same(read_as_yaml_1_2(yaml_text(written)), written)


@given(st.lists(bodies, max_size=3))
def test_json_reads_back_every_object_in_one_list(written: list[Object]) -> None:
    read = json.loads("".join(json_list(written)))

    assert (read["apiVersion"], read["kind"]) == ("v1", "List")
    assert same(read["items"], written)


@given(st.lists(bodies, min_size=1, max_size=6), st.data())
def test_objects_written_together_read_as_written_alone(
    written: list[Object], data: st.DataObject
) -> None:
    order = data.draw(st.lists(st.sampled_from(written), max_size=8))

    together = "".join(yaml_documents(order))

    assert together == "---\n".join(yaml_text(body) for body in order)


@given(values)
def test_a_shared_value_is_written_like_a_copy(value: Any) -> None:
    copied = [json.loads(json.dumps(value)) for _ in range(3)]

    assert yaml_text({"spec": [value, value, value]}) == yaml_text({"spec": copied})


@pytest.mark.parametrize("length", [100, 1_000, 1_001, 1_024, 1_100, 70_000])
def test_a_key_of_any_length_is_still_a_key(length: int) -> None:
    body = {"a" * length: {"b" * length: [{"c" * length: "d" * length}]}, "last": 1}

    assert read_as_yaml_1_1(yaml_text(body)) == [body]
    assert read_as_yaml_1_2(yaml_text(body)) == body


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_no_object_is_lost_between_batches(count: int) -> None:
    written = [{"kind": "Service", "metadata": {"name": f"service-{i}"}} for i in range(count)]

    assert read_as_yaml_1_1("".join(yaml_documents(written))) == written


def test_ever_new_strings_are_forgotten_and_still_right() -> None:
    written = [{"names": [f"name-{i}-{j}" for j in range(1_000)]} for i in range(130)]

    texts = list(yaml_documents(written))

    assert [text.count("\n") for text in texts] == [1_001] + [1_002] * 129
    assert "- name-129-999\n" in texts[-1]


def test_text_looks_as_people_write_it() -> None:
    body = {
        "apiVersion": "networking.istio.io/v1",
        "metadata": {"labels": {"asm-system": "true"}, "name": "ingressgateway"},
        "spec": {
            "hosts": ["*"],
            "http": [{"match": [{"uri": {"exact": "/mock"}}], "timeout": "10s", "weight": 50}],
            "tcp": [],
            "extra": {},
        },
    }

    assert yaml_text(body) == (
        "apiVersion: networking.istio.io/v1\n"
        "metadata:\n"
        "  labels:\n"
        "    asm-system: 'true'\n"
        "  name: ingressgateway\n"
        "spec:\n"
        "  hosts:\n"
        "    - '*'\n"
        "  http:\n"
        "    - match:\n"
        "        - uri:\n"
        "            exact: /mock\n"
        "      timeout: 10s\n"
        "      weight: 50\n"
        "  tcp: []\n"
        "  extra: {}\n"
    )


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes"])
def test_a_type_that_no_manifest_holds_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="a manifest cannot hold"):
        yaml_text({"spec": value})


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_infinity_is_read_back(value: float) -> None:
    assert read_as_yaml_1_1(yaml_text({"spec": value})) == [{"spec": value}]


def words_of(text: str) -> Sequence[str]:
    """Split a document's only value off."""
    return yaml_text({"v": text}).removeprefix("v: ").splitlines()


@pytest.mark.parametrize("text", ["mocka", "a.b-c/d_e", "x-asm-prefer-tag", "10s", "no entry"])
def test_ordinary_words_stay_plain(text: str) -> None:
    assert words_of(text) == [text]


@pytest.mark.parametrize("path", sorted(CASES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_what_laneway_emits_is_read_the_fast_way(path: Path) -> None:
    compilation = compiled(read_case(path))
    bodies = (each.body for each in manifests(compilation.mesh, compilation.plan, "istio"))

    assert not [text for text in yaml_documents(bodies) if is_suspect(text.encode())]


@given(shared_meshes())
def test_what_is_printed_service_by_service_is_what_is_emitted(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    bodies = (each.body for each in manifests(compilation.mesh, compilation.plan, "istio"))

    assert list(yaml_documents(compilation.printed())) == list(yaml_documents(bodies))


def test_services_that_are_alike_in_all_but_their_names_keep_their_names() -> None:
    named = [("pay", "shop"), ("on", "12"), ("1", "1e3")]
    ports = [{"port": 80, "name": "http"}]
    ways_in = {"gateway": {"name": "door", "namespace": "istio-system", "type": "ASM"}}
    compilation = compile_mesh(
        [
            *(service(name, space, ports, cluster_ip="10.0.0.1") for name, space in named),
            lane_group("g", [reference(*one) for one in named], ways_in),
            *(lane(name, "g", {"version": name}) for name in ("s1", "s2")),
        ]
    )
    texts = list(compilation.printed())
    read = [yaml.safe_load(text) for text in texts if isinstance(text, str)]

    assert read == emitted(compilation)
    assert len(texts) == 2 * len(named)
