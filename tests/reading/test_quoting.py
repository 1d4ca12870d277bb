"""The lines of a file that are shown for a value: all of it, its comments, and nothing else."""

from __future__ import annotations

import pytest

from laneway.core.findings.place import Place, Source, Step
from laneway.core.findings.quoting import MOST_LINES, quoted

TEXT = """\
spec:
  # the first
  ingressRules:
  - name: r1  # in short
    match:
      uri: {exact: /mock}
      # said below

  - name: r2
    route: {
      a: 1
    }
  weight: 5
"""


def lines(*path: Step, text: str = TEXT, first: int = 1) -> tuple[int, list[str]]:
    found = quoted(Place(Source("a.yaml", first_line=first, text=text), path))
    assert found is not None
    return found.line, found.text.split("\n")


@pytest.mark.parametrize(
    ("path", "line", "shown"),
    [
        (
            ("spec", "ingressRules", 0),
            4,
            [
                "- name: r1  # in short",
                "  match:",
                "    uri: {exact: /mock}",
                "    # said below",
            ],
        ),
        (("spec", "ingressRules", 1, "route"), 10, ["route: {", "  a: 1", "}"]),
        (("spec", "weight"), 13, ["weight: 5"]),
        (("spec", "ingressRules", 0, "match", "uri", "exact"), 6, ["uri: {exact: /mock}"]),
    ],
)
def test_value_is_shown_with_all_its_lines(
    path: tuple[Step, ...], line: int, shown: list[str]
) -> None:
    assert lines(*path) == (line, shown)


def test_list_that_is_not_further_in_than_its_key_is_shown_with_it() -> None:
    assert len(lines("spec", "ingressRules")[1]) == 10


def test_line_is_the_one_of_the_file() -> None:
    assert lines("spec", "weight", first=21)[0] == 33


def test_long_value_is_cut_and_counted() -> None:
    found = quoted(Place(Source("a.yaml", text="a:\n" + "  - 1\n" * 100), ("a",)))

    assert found is not None
    assert (len(found.text.split("\n")), found.more) == (MOST_LINES, 101 - MOST_LINES)


def test_object_of_a_cluster_has_no_lines() -> None:
    assert quoted(Place(Source("service/shop/cart"), ("spec",))) is None
