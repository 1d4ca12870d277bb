"""How a browser enters a lane and stays in it: by a link that sets a cookie.

Comes in: a group, and the ways on which a gateway leads into its lanes. Goes out: rules that stand
in front of all others of the group, if its annotation names a cookie. Any page of a lane is a link
into it with `?NAME=LANE`, and what that browser asks for next stays there until `?NAME=`. Cookie
and link take the place of the headers that a way asks for, nothing else of it.
https://www.rfc-editor.org/rfc/rfc6265#section-4.2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Literal, get_args

import re2
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.mesh import Group
from laneway.core.resources.matching import Match, StringMatch, is_header_name
from laneway.core.routing.plan.route_plan import (
    Action,
    Answer,
    Forward,
    HeaderEdits,
    Headers,
    Origin,
    Rule,
    Share,
)

LANE_COOKIE_ANNOTATION = "laneway.dev/lane-cookie"
"""An annotation on a group that names the cookie by which browsers are in a lane."""

BrowserMeans = Literal["link", "cookie"]
BROWSER_MEANS: tuple[BrowserMeans, ...] = get_args(BrowserMeans)
LEFT = "You are in no lane any more.\n"
_ATTRIBUTES = "Path=/; SameSite=Lax"

Led = tuple[tuple[str, ...], Rule]
"""The hosts of a rule as written, and the rule before lanes are stamped."""


class WayIn(Struct, frozen=True):
    """One way on which a gateway leads into a lane: all requests that meet it go to `share`."""

    name: str
    hosts: tuple[str, ...]
    matches: tuple[Match, ...]
    share: Share
    origin: Origin

    def rule(self, kind: BrowserMeans, sign: Match, headers: Headers = Headers()) -> Led:  # noqa: B008
        """Return a rule for the requests of this way that bear a sign as well."""
        return self.hosts, Rule(
            f"{self.name}-{kind}",
            bearing(self.matches, sign),
            Forward((self.share,)),
            self.origin,
            headers,
            lane=self.share.lane,
            by=kind,
        )


def lane_cookie(group: Group) -> str:
    """Return the name of a group's cookie; empty where there is none, or none that could be one.

    Names of cookies are tokens, as those of headers are, with lower and upper case apart.
    """
    name = group.group.meta.annotations.get(LANE_COOKIE_ANNOTATION, "")
    return name if is_header_name(name) else ""


def by_cookie(group: Group, ways: Iterable[WayIn]) -> Iterator[Led]:
    """Yield links, then the way out, then cookies: who follows a link means it."""
    name = lane_cookie(group)
    if not name:
        return
    known: dict[object, WayIn] = {}
    for way in ways:
        plain = tuple(dict.fromkeys(replace(one, headers=()) for one in way.matches))
        known.setdefault((way.hosts, plain, way.share), replace(way, matches=plain))
    for way in known.values():
        sign = _link(name, way.share.lane)
        yield way.rule("link", sign, _setting(f"{name}={way.share.lane}; {_ATTRIBUTES}"))
    yield from _out(group, name, known.values())
    for way in known.values():
        yield way.rule("cookie", _carrying(name, way.share.lane))


def each_once(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield the rules of one host without those by which browsers are led there already.

    A rule for a host and one for a wider host have the same link there.
    """
    known: set[object] = set()
    for rule in rules:
        sign = (rule.by, rule.lane, rule.matches)
        if rule.by not in BROWSER_MEANS or sign not in known:
            known.add(sign)
            yield rule


def _out(group: Group, name: str, ways: Iterable[WayIn]) -> Iterator[Led]:
    """Yield the rule by which a browser leaves its lane, for each set of hosts."""
    places: dict[tuple[str, ...], list[WayIn]] = {}
    for way in ways:
        places.setdefault(way.hosts, []).append(way)
    action: Action = Answer("directResponse", {"status": 200, "body": {"string": LEFT}})
    origin = Origin(group.group.meta.ref, ("metadata", "annotations", LANE_COOKIE_ANNOTATION))
    forgetting = _setting(f"{name}=; Max-Age=0; {_ATTRIBUTES}")
    for number, (hosts, there) in enumerate(places.items(), 1):
        matches = tuple(
            dict.fromkeys(chain.from_iterable(way.matches or [Match()] for way in there))
        )
        rule = f"swimelane-ingress-route-{group.name}-leave{number}"
        yield (
            hosts,
            Rule(rule, bearing(matches, _link(name, "")), action, origin, forgetting, by="link"),
        )


def bearing(matches: tuple[Match, ...], sign: Match) -> tuple[Match, ...]:
    """Return matches narrowed to requests that bear a sign: a header or a query parameter."""
    return tuple(
        replace(
            match,
            headers=sign.headers,
            query_params=tuple(
                sorted({**dict(match.query_params), **dict(sign.query_params)}.items())
            ),
        )
        for match in matches or (Match(),)
    )


def _link(name: str, lane: str) -> Match:
    return Match(query_params=((name, StringMatch("exact", lane)),))


def _carrying(name: str, lane: str) -> Match:
    """Return what a request with the cookie carries, among cookies of others."""
    pair = f"{re2.escape(name)}={re2.escape(lane)}"
    return Match(headers=(("cookie", StringMatch("regex", rf"(.*;[ \t]*)?{pair}[ \t]*(;.*)?")),))


def _setting(cookie: str) -> Headers:
    """Return the edit that gives a browser a cookie, beside those the application sets."""
    return Headers(response=HeaderEdits(add=(("set-cookie", cookie),)))
