"""Groups and lanes as a list, and what is wrong with them."""

from __future__ import annotations

import asyncio
from typing import Any

from laneway.apps.console.api.calls import ApiCall, CallAsked, Parameter
from laneway.apps.console.seams import ShownState
from laneway.core.views.doctor import RuntimeFacts, doctor
from laneway.core.views.entry_requests import entry_requests
from laneway.core.views.lanes import LaneFilter, lanes_view
from laneway.core.views.looking import CommandDoor
from laneway.core.views.paging import ListPart, paged
from laneway.core.views.programs import programs_of

PAGED = (
    Parameter("query", "words that rows have"),
    Parameter("offset", "the first row", int),
    Parameter("limit", "how many rows at most", int),
)


def part_of(asked: CallAsked) -> ListPart:
    """Return the part of a list that is asked for."""
    words = asked.words
    return ListPart(words.get("offset", 0), words.get("limit", 100), words.get("query", ""))


async def _lanes(asked: CallAsked) -> dict[str, Any]:
    wish = LaneFilter(part_of(asked), asked.words.get("group", ""), asked.words.get("level", ""))
    seen = asked.seen
    return await asyncio.to_thread(lanes_view, seen.compilation, seen.standings, wish)


async def _requests(asked: CallAsked) -> list[dict[str, Any]]:
    served = asked.seen.served
    return await asyncio.to_thread(entry_requests, served.mesh, served.plan, asked.words["name"])


async def _programs(asked: CallAsked) -> list[dict[str, Any]]:
    mesh = asked.seen.compilation.mesh
    return await asyncio.to_thread(programs_of, mesh, (asked.words["name"],))


async def _doctor(asked: CallAsked) -> dict[str, Any]:
    paths = asked.ground.about.paths

    def found(seen: ShownState) -> dict[str, Any]:
        is_cluster = asked.ground.about.kind == "cluster"
        door = CommandDoor("kubectl laneway") if is_cluster else CommandDoor(paths=paths)
        return doctor(seen.compilation, _facts(seen, door))

    whole = await asked.of_seen("doctor", found)
    page, symptom = part_of(asked), asked.words.get("symptom", "")
    rows = [
        row
        for row in whole["rows"]
        if symptom in ("", *row["symptoms"]) and page.is_asked(*_words(row))
    ]
    return {**whole, "rows": paged(rows, page, lambda row: row)}


def _facts(seen: ShownState, door: CommandDoor) -> RuntimeFacts:
    """Return what is known of what runs; that a group follows an edit is nothing to be told yet."""
    groups = {name: one for name, one in seen.standings.items() if name not in seen.settling}
    unrouted = seen.unrouted, seen.unrouted_counts
    return RuntimeFacts(door, seen.refused, groups, seen.down, *unrouted, seen.served)


def _words(row: dict[str, Any]) -> list[str]:
    """Return what a row is found by, in small letters."""
    subject = row["object"] or {}
    named = (row["cause"], row["code"], row["level"], *map(str, subject.values()))
    return [one.lower() for one in named]


CALLS = (
    ApiCall(
        "GET",
        "/lanes",
        "Groups, and a page of their lanes",
        _lanes,
        dict[str, Any],
        parameters=(
            *PAGED,
            Parameter("group", "a group"),
            Parameter("level", "with such a finding"),
        ),
    ),
    ApiCall(
        "GET",
        "/groups/{name}/requests",
        "The requests by which the lanes of a group are entered",
        _requests,
        list[dict[str, Any]],
        parameters=(Parameter("name", "a group"),),
    ),
    ApiCall(
        "GET",
        "/groups/{name}/programs",
        "The programs of a group that have to pass the lane on, and whether they will",
        _programs,
        list[dict[str, Any]],
        parameters=(Parameter("name", "a group"),),
    ),
    ApiCall(
        "GET",
        "/doctor",
        "What is wrong, by what people see of it",
        _doctor,
        dict[str, Any],
        parameters=(*PAGED, Parameter("symptom", "the id of a symptom")),
    ),
)
