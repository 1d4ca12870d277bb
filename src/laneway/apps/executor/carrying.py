"""One LaneRelease, looked at again and again by whoever executes it.

Comes in: the release as the cluster has it, at each look. Goes out: weights that move, answers to
requests, a status. Each look reads all anew, so it does not matter who looked before; what was
counted is all that is kept, and what nobody is to go on with is left alone by a mark in status.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from laneway.adapters.git import GitError
from laneway.apps.executor.sides import ReleaseMeans, ReleaseSides, sides_of
from laneway.apps.release.stage_runner import StageRunner, Voice
from laneway.core.findings.finding import Finding
from laneway.core.release.books import Books, NotReachedError, NotWrittenError
from laneway.core.release.requests import REQUEST_ANNOTATION, ReleaseRequest, answer, read_request
from laneway.core.release.status import (
    ReleasePhase,
    ReleaseTold,
    phase_of,
    release_status,
    taken_up_status,
)
from laneway.core.release.step import Rest
from laneway.core.resources.read import read_objects
from laneway.core.resources.releases.plan import LaneRelease, Plan

LOG = logging.getLogger("laneway.release")
_FIGURES_EVERY = 5.0
"""Seconds between two writes of a status in which nothing but figures is another."""
_FIGURES = frozenset({"hops", "message", "conditions"})
_SAID_WHEN_AWAY = ("observedGeneration", "phase", "message", "conditions")
_LAST_WORDS = 5.0

Body = Mapping[str, Any]


class CarriedRelease:
    """A release by its name."""

    def __init__(self, name: str, means: ReleaseMeans) -> None:
        self._name = name
        self._means = means
        self._sides: tuple[str, ReleaseSides, StageRunner] | None = None
        self._said = ""
        self._verdicts: tuple[Mapping[str, Any], ...] = ()
        self._wrote = 0.0

    def look(self) -> bool:
        """Look once, and do what is to be done; whether it goes on by itself. Raises KubeError."""
        body = self._means.cluster.release(self._name)
        plan, findings = _read(body)
        fields: dict[str, Any] = {}
        told: ReleaseTold | None
        is_away = False
        try:
            told = self._carried(_whole(plan, findings), body, fields)
        except NotWrittenError as error:
            told = ReleaseTold("Refused", _joined(error.findings))
            if asked := _asked(body):
                fields.setdefault("request", _refused(asked, error.findings))
        except (GitError, NotReachedError, OSError) as error:
            self._hear(str(error))
            told, is_away = ReleaseTold(_phase_before(body), str(error)), True
        fields |= _fields(plan, told, body, is_away=is_away)
        self._write(body, fields)
        return told is not None and told.phase == "Running"

    def leave(self) -> None:
        """Let go of whom it tells."""
        if self._sides is not None:
            for one in self._sides[1].couriers:
                one.end(_LAST_WORDS)
            self._sides = None

    def _carried(self, plan: Plan, body: Body, fields: dict[str, Any]) -> ReleaseTold | None:
        """Look at a release that can be read; None where nothing is to be told of it anew."""
        asked = _asked(body)
        if not asked and _is_over(plan, body):
            return None
        sides, runner = self._with(plan)
        books = runner.read()
        if books is None:
            raise NotReachedError(self._said)
        if asked:
            came_of_it = self._answered(plan, asked, (sides, runner, books), body)
            if came_of_it is None:
                return None
            fields["request"] = came_of_it
            books = runner.read() or books
        if _mark(body, books) == _rests(body):
            return None
        at = books.standing
        again = at is not None and at.phase in ("aborted", "done") and at.digest != plan.digest
        if (at is None or again) and (wrong := sides.checked(plan)):
            raise NotWrittenError(wrong)
        came = runner.step(books, again=again)
        rest = came if isinstance(came, Rest) else None
        if came == "moved":
            books = runner.read() or books
        if rest is not None:
            fields["record"] = {"rests": _mark(body, books)}
        message = _message(body, rest, self._said)
        phase = phase_of(books.standing, rest)
        weights = _weights(plan, books)
        return ReleaseTold(phase, message, books.standing, weights, books.commit, self._verdicts)

    def _with(self, plan: Plan) -> tuple[ReleaseSides, StageRunner]:
        """Return what the plan is carried out with; another plan is begun with from nothing."""
        if self._sides is None or self._sides[0] != plan.digest:
            self.leave()
            sides = sides_of(plan, self._means, self._hear)

            def announce(said: str) -> None:
                LOG.info("release %s: %s", plan.name, said)
                for one in sides.couriers:
                    text = f"release {plan.name}: {said}"
                    one.send({"release": plan.name, "lane": plan.lane, "text": text})

            voice = Voice(self._hear, announce, self._note)
            pair = sides.weights, sides.traffic
            self._sides = plan.digest, sides, StageRunner(plan, self._means.runner, pair, voice)
        return self._sides[1:]

    def _answered(
        self, plan: Plan, value: str, at: tuple[ReleaseSides, StageRunner, Books], body: Body
    ) -> dict[str, Any] | None:
        """Do what is asked for, and say what came of it; None where it is to be tried again."""
        sides, runner, books = at
        request = read_request(value)
        rests = _mark(body, books) == _rests(body)
        wanted = (
            answer(plan, runner.at_hand(books), request, rests=rests)
            if isinstance(request, ReleaseRequest)
            else request
        )
        if isinstance(wanted, Finding):
            return _refused(value, [wanted])
        try:
            if wanted is not None and sides.weights.deliver(wanted, books.head) == "again":
                return None
        except NotWrittenError as error:
            return _refused(value, error.findings)
        if not sides.weights.push_rest():
            return None  # a clone that only this agent has may be gone with it
        if wanted is None:
            return _done(value, "it is so already")
        now = runner.read()
        self._verdicts = ()
        self._hear(wanted.title)
        return _done(value, wanted.title, now.commit if now else "")

    def _hear(self, said: str) -> None:
        if said != self._said:
            LOG.info("release %s: %s", self._name, said)
        self._said = said

    def _note(self, view: Mapping[str, Any]) -> None:
        self._verdicts = tuple(view["verdicts"])

    def _write(self, body: Body, fields: Mapping[str, Any]) -> None:
        """Write what is another; figures alone are not written at each look."""
        status = _status(body)
        other = {key for key, value in fields.items() if value != _like(status.get(key), value)}
        if not other or (other <= _FIGURES and not self._is_due(status, fields)):
            return
        self._means.cluster.write_status(self._name, {key: fields[key] for key in other})
        self._wrote = time.monotonic()

    def _is_due(self, status: Body, fields: Body) -> bool:
        """Whether figures are to be written: a condition that is another always is."""
        kinds = [_kinds(one.get("conditions")) for one in (status, fields)]
        return kinds[0] != kinds[1] or time.monotonic() - self._wrote >= _FIGURES_EVERY


def _read(body: Body) -> tuple[Plan | None, tuple[Finding, ...]]:
    found = read_objects(f"LaneRelease {body['metadata']['name']}", [body])
    plans = [one.plan for one in found.resources if isinstance(one, LaneRelease)]
    return (plans[0] if plans else None), found.findings


def _fields(
    plan: Plan | None, told: ReleaseTold | None, body: Body, *, is_away: bool
) -> dict[str, Any]:
    """Return the fields of a status; what was known stays while the place of weights is away."""
    now, generation = rfc3339_now(), int(body["metadata"].get("generation") or 0)
    if told is None:
        return taken_up_status(_status(body), now)
    fields = release_status(plan, told, generation, _status(body), now)
    return {key: fields[key] for key in _SAID_WHEN_AWAY} if is_away else fields


def _whole(plan: Plan | None, findings: Sequence[Finding]) -> Plan:
    if plan is None:
        raise NotWrittenError(findings)
    return plan


def _status(body: Body) -> Mapping[str, Any]:
    return body.get("status") or {}


def _asked(body: Body) -> str:
    """Return the request that waits for an answer, empty where none does."""
    value = (body["metadata"].get("annotations") or {}).get(REQUEST_ANNOTATION, "")
    answered = (_status(body).get("request") or {}).get("value")
    return "" if value == answered else str(value)


def _mark(body: Body, books: Books) -> str:
    """Return what stands for where a release is: its plan, and what was last written of it."""
    said = books.standing.trailer() if books.standing else ""
    return f"{body['metadata'].get('generation')} {said}"


def _is_over(plan: Plan, body: Body) -> bool:
    """Whether nothing but a request could have anybody go on; so nothing more is read."""
    generation = body["metadata"].get("generation")
    rests = _rests(body).startswith(f"{generation} ")
    return rests and (plan.git is None or _status(body).get("phase") in ("Aborted", "Done"))


def _rests(body: Body) -> str:
    """Return where somebody has rested, empty for nowhere."""
    return str((_status(body).get("record") or {}).get("rests", ""))


def _phase_before(body: Body) -> ReleasePhase:
    found: ReleasePhase = _status(body).get("phase") or "Running"
    return found


def _message(body: Body, rest: Rest | None, said: str) -> str:
    """Return what is told; of a release that was ended, why."""
    if rest is not None and rest.ending == "aborted":
        return said or str(_status(body).get("message") or rest.said)
    return rest.said if rest else said


def _weights(plan: Plan, books: Books) -> Mapping[str, int]:
    """Return the weights of the first split that leads to the new lane."""
    found = (dict(parts) for parts in books.weights.values())
    return next((one for one in found if plan.lane in one), {})


def _done(value: str, message: str, commit: str = "") -> dict[str, Any]:
    return {"value": value, "outcome": "Done", "message": message, "commit": commit or None}


def _refused(value: str, findings: Sequence[Finding]) -> dict[str, Any]:
    return {"value": value, "outcome": "Refused", "message": _joined(findings), "commit": None}


def _joined(findings: Sequence[Finding]) -> str:
    errors = [one for one in findings if one.level == "error"]
    return "; ".join(f"{one.message} ({one.code.id})" for one in errors)


def _like(known: Any, wanted: Any) -> Any:
    """Return what is known, as far as something is said of it."""
    if isinstance(wanted, dict) and isinstance(known, dict):
        return {key: known.get(key) for key in wanted}
    return known


def _kinds(conditions: Any) -> set[tuple[Any, ...]]:
    return {(one.get("type"), one.get("status"), one.get("reason")) for one in conditions or ()}


def rfc3339_now() -> str:
    """Return this moment, as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
