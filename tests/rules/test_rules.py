"""Every rule: what provokes it, and the nearest input that does not."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml

from laneway.core import rules
from laneway.core.findings.catalog import CATALOG
from laneway.core.rules.all import CHECKS, check_all
from laneway.core.rules.check import Check
from tests.rules import (
    claims_entry,
    claims_hosts,
    claims_kinds,
    claims_lanes,
    claims_named,
    claims_own_entries,
    claims_permissive,
    claims_propagation,
    claims_redirects,
    claims_refusing,
    claims_routing,
    claims_selecting,
    claims_services,
    claims_visibility,
    claims_weights,
    claims_workloads,
)
from tests.rules.claim import Claim, is_written
from tests.rules.world import mesh

CLAIMS = [
    *claims_lanes.CLAIMS,
    *claims_entry.CLAIMS,
    *claims_named.CLAIMS,
    *claims_weights.CLAIMS,
    *claims_own_entries.CLAIMS,
    *claims_hosts.CLAIMS,
    *claims_redirects.CLAIMS,
    *claims_refusing.CLAIMS,
    *claims_routing.CLAIMS,
    *claims_selecting.CLAIMS,
    *claims_workloads.CLAIMS,
    *claims_kinds.CLAIMS,
    *claims_services.CLAIMS,
    *claims_visibility.CLAIMS,
    *claims_permissive.CLAIMS,
    *claims_propagation.CLAIMS,
]
every_claim = pytest.mark.parametrize(
    "claim", CLAIMS, ids=lambda claim: f"{claim.code} {claim.says}"
)
NOT_OF_A_RULE = frozenset({"LW1227", "LW1440", "LW1441", "LW1442", "LW1450", "LW1451", "LW1811"})
"""LW1440 to LW1442 and LW1450 are told to those who ask for layout scoped, LW1451 and LW1811 for
`--sparse`: see golden cases scoped/, permissive/ and lanes/."""


@every_claim
def test_claim_holds(claim: Claim) -> None:
    claim.check()


@every_claim
def test_findings_stand_at_what_is_written(claim: Claim) -> None:
    documents = list(yaml.load_all(claim.spoiled.text, yaml.CSafeLoader))

    astray = [
        (found.code.id, found.place.path)
        for found in claim.spoiled.findings()
        if found.place and not is_written(found.place, documents[found.place.source.number])
    ]

    assert astray == []


def test_sound_mesh_gives_no_finding() -> None:
    assert mesh().findings() == ()


def test_every_rule_is_listed_once_in_the_order_of_its_code() -> None:
    written: list[Check] = [
        importlib.import_module(f"laneway.core.rules.{path.parent.name}.{path.stem}").CHECK
        for path in Path(rules.__path__[0]).glob("*/*.py")
        if path.parent.name != "questions" and path.stem != "__init__"
    ]

    assert sorted(written, key=lambda check: check.code.id) == list(CHECKS)


def test_every_rule_stands_in_the_folder_of_its_range() -> None:
    folders = {"2": "lanes", "3": "entry", "4": "routing", "5": "workloads", "6": "services"}
    by_digit = {**folders, "8": "permissive"}

    for check in CHECKS:
        assert check.run.__module__.split(".")[3] == by_digit[check.code.id[3]], check.code.id


def test_every_code_of_a_mesh_at_rest_has_a_rule() -> None:
    codes = [code for code in CATALOG if "LW12" <= code < "LW17" or "LW18" <= code < "LW19"]

    assert [check.code.id for check in CHECKS] == [one for one in codes if one not in NOT_OF_A_RULE]


def test_every_rule_is_provoked() -> None:
    assert {check.code.id for check in CHECKS} - {claim.code for claim in CLAIMS} == set()


def test_rules_find_only_their_own_code() -> None:
    astray = [
        (check.code.id, found.code.id)
        for claim in CLAIMS
        for compiled in [claim.spoiled.compiled()]
        for check in CHECKS
        for found in check.run(compiled.mesh, compiled.plan)
        if found.code is not check.code
    ]

    assert astray == []


def test_empty_input_gives_no_finding() -> None:
    nothing = mesh(without="default a b a1 a2 b1 b2 door group s1 s2").compiled()

    assert check_all(nothing.mesh, nothing.plan) == ()
