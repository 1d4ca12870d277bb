"""Requests aimed at the conditions of routes: most meet one of them, some miss it by a letter.

Comes in: a request by chance and the objects of a mesh. Goes out: the request with the path, method
and headers that some route asks for. Chance alone seldom hits two conditions at once, which is
where routes stand against each other.
"""

from __future__ import annotations

from random import Random
from typing import Any

from msgspec.structs import replace

from tests.laws.asks import Ask
from tests.laws.compiling import of_kind
from tests.laws.objects import Object

EXAMPLES = {
    "/item/[0-9]+": ("/item/7", "/item/"),
    ".*beta.*": ("beta", "x=1; beta=1"),
    "/(mock|api).*": ("/mock", "/apix"),
    "[a-z]+-v[0-9]": ("shop-v1", "team-v2"),
}
"""Texts that meet the expressions of drawn meshes, or nearly do."""


def aimed(ask: Ask, objects: list[Object], chance: Random) -> Ask:
    """Return a request aimed at one or two matches of routes."""
    matches = [
        match
        for one in of_kind(objects, "VirtualService")
        for route in one["spec"].get("http", ())
        for match in route.get("match", ())
    ]
    for match in chance.sample(matches, min(len(matches), chance.choice((1, 1, 2)))):
        ask = _at(ask, match, chance)
    lanes = [one["metadata"]["name"] for one in of_kind(objects, "ASMSwimLane")]
    if lanes and chance.random() < 0.2:
        lane = chance.choice(lanes)
        words = (lane, f"x-asm-prefer-tag={lane}", f"a,x-asm-prefer-tag={lane}", "a")
        ask = replace(ask, headers=(*ask.headers, ("x-fill", chance.choice(words))))
    return ask


def _at(ask: Ask, match: Object, chance: Random) -> Ask:
    headers = list(ask.headers)
    for name, condition in match.get("headers", {}).items():
        if chance.random() < 0.5:
            headers = [pair for pair in headers if pair[0].lower() != name.lower()]
        headers.append((name, _text(condition, chance)))
    path = _text(match["uri"], chance) if "uri" in match else ask.path
    path = path if path.startswith("/") else f"/{path}"
    if match.get("ignoreUriCase") and chance.random() < 0.5:
        path = path.swapcase()
    for name, condition in match.get("queryParams", {}).items():
        path = f"{path.partition('?')[0]}?{name}={_text(condition, chance)}"
    method = match.get("method", {}).get("exact", ask.method)
    return replace(ask, path=path, method=method, headers=tuple(headers))


def _text(condition: dict[str, Any], chance: Random) -> str:
    kind, value = next(iter(condition.items()), ("exact", "any"))
    if kind == "regex":
        return chance.choice(EXAMPLES.get(value, ("x-asm-prefer-tag=shop-v1", "s1", "x")))
    if kind == "prefix":
        return str(value) + chance.choice(("", "", "x", "/x"))
    return str(value) if chance.random() < 0.95 else f"{value}x"
