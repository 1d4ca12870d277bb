"""The table of SDKs is whole: every fact names what it speaks of, by what it was measured."""

from __future__ import annotations

import pytest

from laneway.core.mesh.propagation import BAGGAGE, TRACE_IDS
from laneway.core.sdks.fact import PLAIN_HEADER, Fact
from laneway.core.sdks.table.every import FACTS, SDKS, facts_of
from laneway.core.sdks.table.spring import MESSAGES
from laneway.core.views.propagation import facts

HEADERS = TRACE_IDS | {BAGGAGE, PLAIN_HEADER, MESSAGES, "sw8-correlation"}


@pytest.mark.parametrize("fact", FACTS, ids=[one.name for one in FACTS])
def test_a_fact_names_headers_sdks_and_versions_that_there_are(fact: Fact) -> None:
    assert set(fact.effects) <= HEADERS
    assert fact.effects
    assert fact.sdks <= set(SDKS)
    assert all(one.name and one.version for one in fact.packages)
    assert fact.packages
    assert fact.name.startswith(f"{fact.sdk}/")
    assert all(text.endswith(".") for text in (fact.says, fact.remedy))


def test_no_two_facts_have_one_name() -> None:
    assert len({one.name for one in FACTS}) == len(FACTS)


def test_every_sdk_has_a_fact() -> None:
    assert [name for name in SDKS if not facts_of(name)] == []


def test_facts_about_both_kinds_of_spring_are_told_of_each() -> None:
    told = {one["name"] for one in facts("spring-boot-brave")}

    assert {"spring-boot/tracing-off", "spring-boot-brave/default"} <= told
    assert "spring-boot-opentelemetry/default" not in told
