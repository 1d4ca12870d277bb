"""How a release goes on while a move of it waits on a branch for somebody to merge.

Comes in: the plan, what earlier looks came to, what is seen now, and the move that waits. Goes out:
the end of the release, where what is live has become worse; else nothing is to do. Counting begins
anew in every window, for what was well for long would hide that it is not any more. Windows spend
what is set apart for them: the first half of it, the next a sixth, a twelfth, and so on.
"""

from __future__ import annotations

from msgspec.structs import replace

from laneway.core.release.judgments import Judgment
from laneway.core.release.proposals import Proposal
from laneway.core.release.standing import ReleaseStanding
from laneway.core.release.step import (
    AtHand,
    CountedSoFar,
    Outlook,
    ToCommit,
    back,
    done_by,
    judged,
    taken_over,
)
from laneway.core.resources.releases.plan import Plan

WINDOW = 1_000
"""Requests of the new lane at a hop after which that is counted anew."""


def meanwhile(plan: Plan, counting: CountedSoFar, seen: AtHand, waits: Proposal) -> Outlook:
    """Decide what is next. The end is proposed in the place of what waits.

    It is proposed anew where a stage was merged in spite of it.
    """
    at, proposed = seen.standing, waits.standing
    if at is None or at.before != proposed.before or at.digest != plan.digest:
        return Outlook(counting)
    if proposed.phase == "aborted":
        return done_by(_back_too(at)) if at.stage > proposed.stage else Outlook(counting)
    if at.phase != "running" or at.attempt == 0:
        return Outlook(counting)
    if at.runner != seen.runner:
        return taken_over(plan, counting, seen, at)
    counting, verdicts = judged(plan, _in_windows(plan, counting, seen, at), seen, at)
    worse = tuple(one for one in verdicts if one.outcome == "worse")
    if not worse:
        return Outlook(counting, verdicts)
    end = back(at, worse)
    close = f"close {waits.branch}, which waits to be merged"
    return done_by(replace(end, reasons=(*end.reasons, close)), verdicts)


def _in_windows(
    plan: Plan, counting: CountedSoFar, seen: AtHand, at: ReleaseStanding
) -> CountedSoFar:
    """Return what is counted on from; each judgment begins anew where its window is over."""
    key = (at.stage, at.attempt)
    known = counting.judgments if counting.of == key else {}
    places = ((index, hop) for hop in seen.hops for index in range(len(plan.compared)))
    judgments = {place: _open(plan, known.get(place, Judgment())) for place in places}
    return CountedSoFar(key, counting.last if counting.of == key else None, judgments)


def _open(plan: Plan, before: Judgment) -> Judgment:
    is_over = before.more.seen.new.of >= max(WINDOW, plan.requests)
    return Judgment(window=before.window + 1) if is_over or not before.window else before


def _back_too(at: ReleaseStanding) -> ToCommit:
    title = f"ended, and stage {at.stage} was merged in spite of it: its weights go back as well"
    return ToCommit(replace(at, phase="aborted"), {}, title)
