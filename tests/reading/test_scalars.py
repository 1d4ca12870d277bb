"""Unquoted scalars mean what they mean to kubectl."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from laneway.core.resources.yaml.scalars import resolve
from tests.reading.test_documents import marks, values

# What kubectl's reader (sigs.k8s.io/yaml 1.6.0, as JSON) makes of `a: SCALAR`.
KUBECTL: dict[str, Any] = {
    "yes": True,
    "Yes": True,
    "y": True,
    "Y": True,
    "on": True,
    "ON": True,
    "true": True,
    "TRUE": True,
    "no": False,
    "n": False,
    "N": False,
    "off": False,
    "Off": False,
    "false": False,
    "yEs": "yEs",
    "tRue": "tRue",
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "nUll": "nUll",
    "0": 0,
    "-0": 0,
    "+12": 12,
    "012": 10,
    "-012": -10,
    "0777": 511,
    "00": 0,
    "08": 8.0,
    "09.5": 9.5,
    "0o17": 15,
    "0O17": 15,
    "0x1F": 31,
    "0X1f": 31,
    "-0x1F": -31,
    "0b11": 3,
    "0B11": 3,
    "-0b11": -3,
    "1_000": 1000,
    "1__0": 10,
    "0_7": 7,
    "0x_1": 1,
    "_1": "_1",
    "1_": 1,
    "9223372036854775807": 9223372036854775807,
    "18446744073709551615": 18446744073709551615,
    "18446744073709551616": 18446744073709551616.0,
    "1e3": 1000.0,
    "1E+3": 1000.0,
    "1.5e-3": 0.0015,
    "12e03": 12000.0,
    "1e400": "1e400",
    "1.": 1.0,
    ".5": 0.5,
    "-.5": -0.5,
    "+.5": 0.5,
    "1_0.5_0": 10.5,
    "1.2.3": "1.2.3",
    "1,000": "1,000",
    "100m": "100m",
    "10Mi": "10Mi",
    "0x": "0x",
    "0b2": "0b2",
    "0o8": "0o8",
    "+": "+",
    ".": ".",
    "..": "..",
    "12:30:45": "12:30:45",
    "190:20:30.15": "190:20:30.15",
    "2020-01-01": "2020-01-01",
    "2001-12-14t21:59:43.10-05:00": "2001-12-14t21:59:43.10-05:00",
    "2020-1-1": "2020-1-1",
    "=": "=",
    "<<": "<<",
    "v1": "v1",
    "127.0.0.1": "127.0.0.1",
    "NaN": "NaN",
    "inf": "inf",
}
"""A scalar and its value; the reader's own number formats are spelled as Python reads them."""


def same(left: Any, right: Any) -> bool:
    """Whether two values are of one kind and equal; kubectl writes 8.0 as 8."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right) and (isinstance(left, str) == isinstance(right, str))


@pytest.mark.parametrize("scalar", KUBECTL)
def test_a_scalar_is_read_as_kubectl_reads_it(scalar: str) -> None:
    (found,) = values(f"a: {scalar}\n")
    assert same(found["a"], KUBECTL[scalar])


@pytest.mark.parametrize("scalar", [word for word in KUBECTL if word not in ("<<", "~", "=")])
@pytest.mark.parametrize("context", ["- {}\n", "a: [{}, x]\n", "a: {{b: {}}}\n", "a:\n  {} # c\n"])
def test_a_scalar_means_the_same_wherever_it_stands(scalar: str, context: str) -> None:
    if scalar == "1,000" and ("[" in context or "{{" in context):
        return
    found = values(context.format(scalar))[0]
    while isinstance(found, dict | list):
        found = next(iter(found.values() if isinstance(found, dict) else found))
    assert same(found, KUBECTL[scalar])


@pytest.mark.parametrize("scalar", ["yes", "012", "1_000", "~", "1e3", "2020-01-01", "0x1F", ".5"])
def test_what_is_quoted_is_text(scalar: str) -> None:
    assert values(f"a: '{scalar}'\nb: \"{scalar}\"\nc: !!str {scalar}\n") == [
        {"a": scalar, "b": scalar, "c": scalar}
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [("yes: 1", "true"), ("on: 1", "true"), ("012: 1", "10"), ("8: 1", "8"), ("true: 1", "true")],
)
def test_a_key_that_is_no_text_becomes_the_text_kubectl_makes_of_it(text: str, key: str) -> None:
    assert values(text) == [{key: 1}]


def test_a_key_that_is_a_fraction_is_kept_and_told() -> None:
    assert values("1.10: a\n") == [{"1.10": "a"}]
    assert marks("1.10: a\n") == ["LW1022 1:1"]


def test_merges_are_done_and_the_last_key_wins_as_with_kubectl() -> None:
    text = "x: &x {a: 1, b: 2}\nw: {<<: *x, b: 3}\nz: {b: 3, <<: [*x, {c: 4, a: 5}]}\n"
    assert values(text)[0]["w"] == {"a": 1, "b": 3}
    assert values(text)[0]["z"] == {"a": 1, "b": 2, "c": 4}
    assert marks(text) == ["LW1023 3:11"]


def test_a_quoted_merge_is_a_key_like_any_other() -> None:
    assert values("'<<': {a: 1}\n") == [{"<<": {"a": 1}}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!int '3'", 3),
        ("!!float 3", 3.0),
        ("!!bool yes", True),
        ("!!null ''", None),
        ("!!binary aGk=", "hi"),
        ("! 12", "12"),
        ("!<tag:yaml.org,2002:str> 12", "12"),
    ],
)
def test_tags_of_plain_values_are_followed(text: str, value: Any) -> None:
    assert values(f"a: {text}\n") == [{"a": value}]
    assert marks(f"a: {text}\n") == []


def test_tags_of_other_programs_are_told() -> None:
    assert values("a: !vault {b: c}\nd: !env e\n") == [{"a": {"b": "c"}, "d": "e"}]
    assert marks("a: !vault {b: c}\nd: !env e\n") == ["LW1011 1:4", "LW1011 2:4"]


ALPHABET = "0123456789abcdefxobyntrusYNOFTLE_.:+-~=<"


def known_to_differ(text: str, by_standard: Any) -> bool:
    """Whether kubectl is known to differ from YAML 1.1 in this kind of scalar."""
    return (
        text in ("y", "Y", "n", "N", "=", "<<")
        or isinstance(by_standard, dt.date)
        or ":" in text  # numbers to the base of sixty
        or "_" in text  # kubectl drops them wherever they stand
        or text.lower().lstrip("+-").startswith(("0o", "0x", "0b"))
    )


@given(st.text(ALPHABET, min_size=1, max_size=8))
@example("yes")
@example("017")
@example("1_0")
def test_a_scalar_is_read_as_yaml_1_1_says_but_for_known_differences(text: str) -> None:
    try:
        by_standard = yaml.safe_load(f"[{text}]")[0]
    except (yaml.YAMLError, ValueError, IndexError, TypeError):
        return
    ours = resolve(text)
    if isinstance(ours, float) and math.isnan(ours):
        assert math.isnan(by_standard)
    elif isinstance(ours, float) and isinstance(by_standard, str):
        assert float(text.replace("_", "")) == ours  # kubectl needs no point in a fraction
    elif isinstance(by_standard, str | bool | int | float) and not known_to_differ(
        text, by_standard
    ):
        assert same(ours, by_standard)
