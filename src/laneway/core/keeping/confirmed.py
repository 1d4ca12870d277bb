"""What of a group is known to be live: a digest of its objects, kept in its status.

Comes in: our objects as they stand, and what was seen of proxies. Goes out: the groups of which
something was written and never seen live. Whoever begins anew compares the digest of what lies
there with the one in the status. Where nobody was there to look at, or to ask, it is asked again
when others are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from laneway.core.keeping.group_gate import Frozen
from laneway.core.keeping.names import LIVE
from laneway.core.keeping.own_objects import Digest, OwnObject
from laneway.core.keeping.told import condition_of
from laneway.core.live.audience import NOBODY, Audience
from laneway.core.live.liveness import Liveness
from laneway.core.live.proxies import Who, everybody
from laneway.core.resources.meta import Ref

if TYPE_CHECKING:
    from laneway.core.keeping.wanted import Part

ASK_AGAIN = 5.0
"""Seconds after which proxies that lacked a change are asked about again."""


class SeenLive(Struct):
    """What was seen of proxies, by group: the last answer, and the objects they had then.

    `looked_at` is who was there for an answer that nobody could give better.
    """

    live: dict[str, Liveness] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    looked_at: dict[str, Audience] = field(default_factory=dict)
    _behind: set[str] = field(default_factory=set)
    _ask_at: float = 0.0
    _last: tuple[Mapping[Ref, OwnObject], Mapping[str, str]] = ({}, {})
    """The objects that digests were made of last, and these."""

    def take(
        self, groups: Iterable[str], live: Liveness, there: Mapping[Ref, OwnObject], now: float
    ) -> None:
        """Take what was answered about the objects of some groups, as they stand."""
        digests = self._digests_of(there)
        for group in groups:
            self.live[group] = live
            if live.state == "waiting":
                self._behind.add(group)
                self.put_off(now)
            else:
                self._behind.discard(group)
                self.digests[group] = digests.get(group, "")

    def take_unseen(self, groups: Iterable[str], there: Mapping[Ref, OwnObject]) -> None:
        """Take that no proxy is sent anything of a step: what was said of the whole holds on."""
        digests = self._digests_of(there)
        self.digests |= {one: digests.get(one, "") for one in groups if one not in self._behind}

    def unsure(
        self,
        statuses: Mapping[str, Mapping[str, Any]],
        there: Mapping[Ref, OwnObject],
        audience: Callable[[], Audience],
    ) -> frozenset[str]:
        """Return the groups whose objects were not seen live, or where others may see them now.

        `statuses` are those of groups, `audience` says who is there, where that is asked at all.
        """
        said = {name: str(status.get("confirmed", "")) for name, status in statuses.items()}
        digests, said = self._digests_of(there), {**said, **self.digests}
        who = cache(audience)
        return frozenset(
            name
            for name, digest in said.items()
            if digests.get(name)
            and (digests[name] != digest or self._is_dated(name, statuses.get(name, {}), who))
        )

    def unlike(
        self,
        frozen: Mapping[str, Frozen],
        statuses: Mapping[str, Mapping[str, Any]],
        wanted: Mapping[str, str],
    ) -> Iterator[str]:
        """Yield the frozen groups that shall have other objects than were seen live.

        What the rest had is known, so it can be put back where somebody took it away. `wanted` are
        digests of what groups shall have. A group that is held has nothing that is safe.
        """
        for group, why in frozen.items():
            said = self.digests.get(group) or statuses.get(group, {}).get("confirmed")
            if why.held or not said or said != wanted.get(group):
                yield group

    def _is_dated(
        self, group: str, status: Mapping[str, Any], audience: Callable[[], Audience]
    ) -> bool:
        """Whether nothing was answered about a group, or the answer was about nobody of now."""
        live, known = self.live.get(group), condition_of(status, LIVE) or {}
        reason = live.reason if live is not None else known.get("reason")
        looked_at = self.looked_at.get(group, NOBODY)
        if reason == "NothingToSee":
            return not audience().proxies <= looked_at.proxies
        if reason == "NoAccessToIstiod":
            return not audience().istiods <= looked_at.istiods
        return reason is None or reason == "Changing"

    def _digests_of(self, there: Mapping[Ref, OwnObject]) -> Mapping[str, str]:
        """Return the digest of each group; the same objects are not digested twice."""
        if self._last[0] is not there:
            self._last = there, digests_by_group(there.values())
        return self._last[1]

    def forget(self) -> None:
        """Know of nothing but what statuses say: others may have written since."""
        for known in (self.live, self.digests, self.looked_at, self._behind):
            known.clear()

    def to_ask(self, unsure: frozenset[str], *, is_first: bool) -> frozenset[str]:
        """Return which of these to ask about; before a change only where a step of ours may hang.

        What others did to objects that were seen live is put right first.
        """
        return unsure - (self.digests.keys() - self._behind) if is_first else unsure

    def who_lacks(self, groups: Iterable[str]) -> Who:
        """Return who is to be asked about some groups: of those that were asked who lacked it."""
        lacking: set[str] = set()
        for group in groups:
            missing = self.live[group].missing if group in self._behind else ()
            if not missing:
                return everybody
            lacking.update(one.proxy for one in missing)
        return lacking.__contains__

    def put_off(self, now: float) -> None:
        """Have nothing asked for a while."""
        self._ask_at = now + ASK_AGAIN

    def wait(self, now: float) -> float | None:
        """Return when to ask again, None where it is time now."""
        return self._ask_at if now < self._ask_at else None


def digests_by_group(objects: Iterable[OwnObject | Part]) -> Mapping[str, str]:
    """Return a digest of the objects of each group that owns some."""
    from hashlib import blake2b  # noqa: PLC0415 - it loads OpenSSL, which only a cluster needs

    found: dict[str, list[Digest]] = {}
    for own in objects:
        for group in own.groups:
            found.setdefault(group, []).append(own.digest)
    return {
        group: blake2b(b"".join(sorted(some)), digest_size=16).hexdigest()
        for group, some in found.items()
    }


def all_but(live: Liveness | None) -> Who:
    """Return all proxies but those that were not connected at an earlier step.

    They get all of it when they come back, and nothing waits for them.
    """
    absent = {one.proxy for one in live.missing if not one.is_connected} if live else set()
    return (lambda name: name not in absent) if absent else everybody


def blocks_removal(live: Liveness) -> bool:
    """Whether proxies that lack a change may still use what the next step takes away.

    One that is not connected keeps all it has, and gets all that is new when it comes back.
    """
    behind = any(one.is_connected for one in live.missing)
    return live.state == "waiting" and (behind or live.reason == "ChangeNotSeen")
