"""How a release goes on: one look at it → what is known, and what to do.

Comes in: the plan, what earlier looks came to, and what is seen now in Git and on the mesh. Goes
out: verdicts, and at most one thing to do: a commit, or to rest. Every look starts from what is
seen, so whoever was killed and begins anew comes to the same; only counting begins from nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.release.budget import Needed, needed
from laneway.core.release.counts import Sample, grown
from laneway.core.release.judgments import Judgment, Verdict, figure_verdict, verdict
from laneway.core.release.standing import Phase, ReleaseStanding
from laneway.core.resources.releases.plan import Plan

Ending = Literal["done", "aborted", "unknown", "moved", "taken", "other plan"]


class AtHand(Struct, frozen=True):
    """What is there: time in seconds since 1970, who looks, and where the release stands.

    `head` is the newest commit. `proposes` says that moves wait for somebody to merge them.
    `moved` says that the files hold other weights than the stage's, `live` that the mesh runs those
    of the files. `sample` has an entry for each of the `hops` and both lanes, `figures` has the
    values that were asked for by gate, None without an answer. `silence` is why nothing was
    counted, where that is known.
    """

    now: float
    runner: str
    head: str
    standing: ReleaseStanding | None
    moved: bool
    live: bool
    hops: tuple[str, ...]
    sample: Sample
    figures: Mapping[str, Sequence[float] | None] = {}
    proposes: bool = False
    silence: str = ""


class CountedSoFar(Struct, frozen=True):
    """What earlier looks came to. `of` is the stage and attempt that it is about."""

    of: tuple[int, int] = (0, 0)
    last: Sample | None = None
    judgments: Mapping[tuple[int, str], Judgment] = {}


class ToCommit(Struct, frozen=True):
    """A commit to make: the standing it says, and the weights it sets.

    `weights` is None where none are moved, and empty where those before the release come back.
    """

    standing: ReleaseStanding
    weights: Mapping[str, int] | None
    title: str
    reasons: tuple[str, ...] = ()


class Rest(Struct, frozen=True):
    """Nothing more is done, and why."""

    ending: Ending
    said: str


class Outlook(Struct, frozen=True):
    """What one look came to; without anything `to_do` one looks again. `said` is for people.

    `counting` is what the next look goes on from; after a refused commit, the one before it.
    """

    counting: CountedSoFar
    verdicts: tuple[Verdict, ...] = ()
    to_do: ToCommit | Rest | None = None
    said: str = ""


def look(plan: Plan, counting: CountedSoFar, seen: AtHand, *, again: bool = False) -> Outlook:
    """Decide what is next; `again` begins a release anew that was ended or is done."""
    at = seen.standing
    if at is None or (again and at.phase in ("aborted", "done")):
        return done_by(_begin(plan, seen))
    if at.phase == "aborted":
        return Outlook(counting, to_do=Rest("aborted", f"it was ended at stage {at.stage}"))
    if at.digest != plan.digest:
        return Outlook(counting, to_do=Rest("other plan", "it has begun by another plan"))
    if seen.moved:
        said = f"somebody moved the weights of stage {at.stage}, so it is in their hands"
        return Outlook(counting, to_do=Rest("moved", said))
    if at.attempt == 0:
        return done_by(_merged(plan, seen, at))
    if at.phase == "done":
        return _until_live(plan, counting, seen, at)
    if at.runner != seen.runner:
        return taken_over(plan, counting, seen, at)
    if at.phase == "paused":
        return Outlook(CountedSoFar(), said="paused; `resume` goes on")
    return _in_stage(plan, counting, seen, at)


def done_by(commit: ToCommit, verdicts: tuple[Verdict, ...] = ()) -> Outlook:
    """Commit, and count for what that says from then on: another runner's is seen as such."""
    standing = commit.standing
    return Outlook(CountedSoFar(of=(standing.stage, standing.attempt)), verdicts, commit)


def _begin(plan: Plan, seen: AtHand) -> ToCommit:
    blank = ReleaseStanding(
        plan.name, 0, "running", 1, int(seen.now), seen.runner, seen.head, plan.digest
    )
    return _to_stage(plan, blank, 1, seen, ())


def _to_stage(
    plan: Plan, at: ReleaseStanding, number: int, seen: AtHand, verdicts: tuple[Verdict, ...]
) -> ToCommit:
    """Move the weights; a last stage without requests of the stable lane is the end."""
    phase: Phase = "running" if plan.is_judged(number) else "done"
    standing = replace(
        at,
        stage=number,
        phase=phase,
        attempt=0 if seen.proposes else 1,
        since=int(seen.now),
        runner=seen.runner,
    )
    title = f"stage {number} of {len(plan.stages)}"
    return ToCommit(standing, plan.stages[number - 1].weights, title, _told(verdicts))


def _merged(plan: Plan, seen: AtHand, at: ReleaseStanding) -> ToCommit:
    """Begin to count a stage that was merged: its clock runs from here."""
    standing = replace(at, attempt=1, since=int(seen.now), runner=seen.runner)
    return ToCommit(standing, None, f"stage {at.stage} of {len(plan.stages)} is merged")


def _told(verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    return tuple(f"{_named(one)}: {one.said}" for one in verdicts)


def _named(one: Verdict) -> str:
    return f"{one.hop} {one.gate}".strip()


def taken_over(plan: Plan, counting: CountedSoFar, seen: AtHand, at: ReleaseStanding) -> Outlook:
    """Go on with what another runner left; or rest, where that one has taken it over from here."""
    if counting.of != (0, 0):
        return Outlook(counting, to_do=Rest("taken", f"runner {at.runner} carries it on"))
    if at.phase == "paused":
        return Outlook(counting, said="paused; `resume` goes on")
    standing = replace(at, attempt=at.attempt + 1, runner=seen.runner)
    title = f"stage {at.stage} of {len(plan.stages)} goes on, attempt {standing.attempt}"
    return done_by(ToCommit(standing, None, title))


def _until_live(plan: Plan, counting: CountedSoFar, seen: AtHand, at: ReleaseStanding) -> Outlook:
    if seen.live:
        return Outlook(
            counting, to_do=Rest("done", f"{plan.lane} has the weights of the last stage")
        )
    if seen.now - at.since > plan.stages[at.stage - 1].limit:
        return Outlook(
            counting,
            to_do=Rest(
                "unknown", seen.silence or "the last weights were not seen live on the mesh"
            ),
        )
    return Outlook(counting, said=seen.silence or "waits for the mesh to run the last weights")


def _in_stage(plan: Plan, counting: CountedSoFar, seen: AtHand, at: ReleaseStanding) -> Outlook:
    stage = plan.stages[at.stage - 1]
    key = (at.stage, at.attempt)
    counting = counting if counting.of == key else CountedSoFar(of=key)
    counting, verdicts = judged(plan, counting, seen, at)
    worse = tuple(one for one in verdicts if one.outcome == "worse")
    if worse:
        return done_by(back(at, worse), verdicts)
    left = at.since + stage.duration - seen.now
    if seen.hops and all(one.outcome == "well" for one in verdicts) and left <= 0:
        return done_by(_onwards(plan, at, seen, verdicts), verdicts)
    if seen.now - at.since > stage.limit:
        return Outlook(counting, verdicts, Rest("unknown", _not_known(seen, verdicts)))
    unseen = seen.silence or "waits for the mesh to run these weights"
    said = _waits(verdicts, left) if seen.live else unseen
    return Outlook(counting, verdicts, said=said)


def judged(
    plan: Plan, counting: CountedSoFar, seen: AtHand, at: ReleaseStanding
) -> tuple[CountedSoFar, tuple[Verdict, ...]]:
    """Count what is new, and say what is known of each gate at each hop."""
    if seen.live:
        counting = _counted(plan, counting, seen, at)
    known = {
        (index, hop): counting.judgments.get((index, hop), Judgment())
        for hop in seen.hops
        for index in range(len(plan.compared))
    }
    verdicts = tuple(
        verdict(plan, plan.compared[index], hop, one, _needed(plan, seen, at, one))
        for (index, hop), one in known.items()
    )
    figures = tuple(figure_verdict(one, seen.figures.get(one.name)) for one in plan.figures)
    return counting, (*verdicts, *figures)


def _counted(plan: Plan, counting: CountedSoFar, seen: AtHand, at: ReleaseStanding) -> CountedSoFar:
    """Add what was counted since the look before; the first of a stage is only set out from."""
    if counting.last is None:
        return replace(counting, last=seen.sample)
    judgments = dict(counting.judgments)
    for hop in seen.hops:
        new, stable = (
            grown(counting.last.get((hop, lane), {}), seen.sample.get((hop, lane), {}))
            for lane in (plan.lane, plan.stable)
        )
        for index, gate in enumerate(plan.compared):
            before = judgments.get((index, hop), Judgment())
            need = _needed(plan, seen, at, before)
            judgments[index, hop] = before.with_counts(gate, (new, stable), need)
    return replace(counting, last=seen.sample, judgments=judgments)


def _needed(plan: Plan, seen: AtHand, at: ReleaseStanding, judgment: Judgment) -> Needed:
    """Return the evidence that a judgment needs.

    Where moves are proposed, half of what may be spent on errors is for the time in which they
    wait, and ever less of that for each window: a half, a sixth, a twelfth, and so on.
    """
    judgments = max(len(seen.hops), 1) * len(plan.compared) * plan.judged_stages
    window = max(judgment.window * (judgment.window + 1), 1)
    return needed(judgments * window * (2 if seen.proposes else 1), at.attempt)


def back(at: ReleaseStanding, worse: tuple[Verdict, ...]) -> ToCommit:
    """End a release because of these verdicts."""
    named = ", ".join(f"{one.gate} at {one.hop}" if one.hop else one.gate for one in worse)
    title = f"ended at stage {at.stage}, worse is {named}"
    return ToCommit(replace(at, phase="aborted"), {}, title, _told(worse))


def _onwards(
    plan: Plan, at: ReleaseStanding, seen: AtHand, verdicts: tuple[Verdict, ...]
) -> ToCommit:
    if at.stage < len(plan.stages):
        return _to_stage(plan, at, at.stage + 1, seen, verdicts)
    return ToCommit(replace(at, phase="done"), None, "done", _told(verdicts))


def _not_known(seen: AtHand, verdicts: tuple[Verdict, ...]) -> str:
    if not seen.live:
        return seen.silence or "the mesh does not run these weights"
    open_ = tuple(one for one in verdicts if one.outcome == "unknown")
    told = "; ".join(_told(open_))
    return f"nothing is decided within the limit: {told or 'there is no hop to judge'}"


def _waits(verdicts: tuple[Verdict, ...], left: float) -> str:
    open_ = sum(one.outcome == "unknown" for one in verdicts)
    if open_:
        return f"{open_} of {len(verdicts)} judgments are open"
    return f"all is well; the stage lasts {max(1, math.ceil(left / 60))} min more at most"
