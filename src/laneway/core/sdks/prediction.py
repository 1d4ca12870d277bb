"""Whether a program will pass its lane on, before anything runs.

Comes in: a workload, how its group's lanes travel, and what the input tells programs. Goes out: a
prediction by one fact of the table, with the setting or the sign that it rests on. It is a pure
function of the manifests. What they do not show stays unknown, and unknown accuses nobody; a fact
speaks for the versions that were measured, and of another one it says so and no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.finding import printable
from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.propagation import Propagation
from laneway.core.resources.kubernetes.settings import ProgramSettings
from laneway.core.resources.kubernetes.workloads import Container, Namespace, Workload
from laneway.core.resources.meta import Ref
from laneway.core.resources.packages.program_packages import PACKAGES_ANNOTATION, ProgramPackages
from laneway.core.sdks.cases import cases, kind_of, parted
from laneway.core.sdks.fact import PLAIN_HEADER, Fact, Outcome, Setting
from laneway.core.sdks.installed import SPRING, SPRING_FILE, installed
from laneway.core.sdks.sighting import (
    Injection,
    Sighting,
    hinted,
    injection,
    is_switched_off,
    sightings,
)
from laneway.core.sdks.table.every import FACTS, SDKS
from laneway.core.sdks.told import ToldProgram, ToldValue, told_by

Predicted = Literal["passes on", "will not", "changes it", "unknown"]
_BY_DETAIL = tuple(sorted(FACTS, key=lambda one: (-len(one.beside), not SDKS[one.sdk].of)))
_MESH_CONTAINERS = frozenset({"istio-proxy"})


class Prediction(Struct, frozen=True):
    """What is expected of a workload's program, and why.

    `fact` is what was measured, None where nothing is known, and `measured` what came of it.
    `because` is the setting or the sign in words, `place` where it is written. `shown` is a version
    that is not the measured one.
    """

    outcome: Predicted
    because: str
    place: Place | None = None
    fact: Fact | None = None
    measured: Outcome | None = None
    shown: str = ""

    @property
    def words(self) -> str:
        """Say why, and what was measured."""
        return printable(self._said)

    @property
    def _said(self) -> str:
        if self.fact is None:
            return self.because
        if self.shown:
            return f"{self.because}: {self.measured} with {self.fact.versions}, here {self.shown}"
        if self.outcome == "unknown":
            return f"{self.because}: {self.measured}"
        return f"{self.because} (measured with {self.fact.versions})"


class ProgramInput(Struct, frozen=True):
    """What of an input tells of programs: settings, annotations of namespaces, packages."""

    settings: tuple[ProgramSettings, ...] = ()
    namespaces: Mapping[str, Namespace] = {}
    packages: Mapping[Ref, ProgramPackages] = {}

    @classmethod
    def of(cls, mesh: Mesh) -> ProgramInput:
        """Return what the input of a mesh tells."""
        snapshot = mesh.snapshot
        return cls(snapshot.settings, mesh.namespaces, snapshot.packages)


def header_of(propagation: Propagation) -> str:
    """Return the header that decides, as the table calls it."""
    same = propagation.trace_header == propagation.route_header
    return PLAIN_HEADER if same else propagation.trace_header


def predicted(
    workload: Workload, propagation: Propagation, given: ProgramInput | None = None
) -> Prediction:
    """Return whether the calls of a workload carry the lane of a request that it serves.

    Where a trace stands in for baggage, it is enough that one of the two goes on.
    """
    given = given or ProgramInput()
    first = _of_header(workload, header_of(propagation), propagation, given)
    if not propagation.second or first.outcome in ("passes on", "unknown"):
        return first
    second = _of_header(workload, propagation.second, propagation, given)
    if second.outcome not in ("passes on", "changes it"):
        return first
    because = f"{first.because}; {propagation.second} goes on and brings the lane back"
    return replace(first, outcome="passes on", because=because)


def _of_header(
    workload: Workload, header: str, propagation: Propagation, given: ProgramInput
) -> Prediction:
    asked = (header, propagation.route_header)
    found = [_of_container(workload, one, asked, given) for one in _programs(workload.containers)]
    if len({one.outcome for one in found}) == 1:
        return found[0]
    return Prediction("unknown", "it has several containers, and not all do the same")


def _programs(containers: tuple[Container, ...]) -> tuple[Container, ...]:
    """Return the containers that may answer requests: those that open a port, if any do."""
    own = tuple(one for one in containers if one.name not in _MESH_CONTAINERS)
    return tuple(one for one in own if one.ports) or own


def _of_container(
    workload: Workload, container: Container, headers: tuple[str, str], given: ProgramInput
) -> Prediction:
    namespace = given.namespaces.get(workload.namespace)
    added = injection(workload, container, namespace, given.settings)
    told = told_by(workload, container, given.settings, added.variables)
    packages = given.packages.get(workload.meta.ref)
    found = (*sightings(workload, told), *added.sightings)
    seen = [one for one in found if not is_switched_off(one, told)]
    if packages is None:
        seen += hinted(container, told)
    else:
        listed = tuple(installed(workload, packages))
        if SPRING in map(kind_of, listed) and SPRING not in map(kind_of, seen):
            told = replace(told, unseen=(*told.unseen, SPRING_FILE))
        seen += listed
    asked = _Asked(*headers, told, added, _unsaid(workload, packages))
    sure, doubtful = parted(seen)
    outcomes = [asked.predict(some) for some in cases(sure, doubtful)]
    if len({one.outcome for one in outcomes}) == 1:
        return outcomes[0]
    file = f" in {packages.path}" if packages else ""
    by = ", ".join(one.by.removesuffix(file) for one in doubtful)
    return Prediction("unknown", f"{by}{file} may be at work or not", doubtful[0].place)


def _unsaid(workload: Workload, packages: ProgramPackages | None) -> str:
    """Say that nothing shows an SDK, and in what."""
    if packages is not None:
        return f"nothing in its manifest or {packages.path} shows an SDK"
    named = workload.annotations.get(PACKAGES_ANNOTATION)
    unread = f", and {named} was not read" if named else ""
    return f"nothing in its manifest shows an SDK{unread}"


def _by_name(seen: Iterable[Sighting]) -> dict[str, Sighting]:
    """Return the SDKs of the table that were seen; where one was twice, with its version."""
    known: dict[str, Sighting] = {}
    for one in seen:
        if one.name in SDKS and (one.name not in known or not known[one.name].version):
            first = known.get(one.name, one)
            known[one.name] = replace(first, version=one.version)
    return known


class _Asked(Struct, frozen=True):
    """A question about one container: what becomes of a header."""

    header: str
    route_header: str
    told: ToldProgram
    added: Injection
    unsaid: str

    def predict(self, seen: list[Sighting]) -> Prediction:
        """Return what becomes of the header in a program with these SDKs."""
        known = _by_name(seen)
        strange = [one for one in seen if one.name not in SDKS]
        if strange:
            return Prediction("unknown", f"{strange[0].by}: not measured", strange[0].place)
        if not known:
            return Prediction("unknown", self.unsaid)
        other: Prediction | None = None
        doubts: list[Prediction] = []
        for fact in _candidates(known):
            if self.header not in fact.effects:
                continue
            holds, decisive = self._holds(fact)
            found = self._by(fact, known, decisive)
            if holds is None:
                undecided = self._undecided(decisive, known[_seen_as(fact.sdk, known)])
                doubts.append(replace(undecided, measured=found.measured))
            elif holds and not found.shown:
                against = (one for one in doubts if one.measured != found.outcome)
                return replace(next(against, found), measured=found.measured)
            elif holds:
                other = other or found
        unmeasured = Prediction("unknown", f"{_all(known)}: {self.header} was not measured")
        return next(iter(doubts), other or unmeasured)

    def _by(
        self, fact: Fact, known: Mapping[str, Sighting], decisive: ToldValue | None
    ) -> Prediction:
        taking_part = [known[_seen_as(name, known)] for name in sorted(fact.sdks)]
        sign = known[_seen_as(fact.sdk, known)]
        because = decisive.spelled if decisive else sign.by
        place = decisive.place if decisive else sign.place
        outcome = fact.effects[self.header]
        shown = next((one for one in taking_part if _is_other(one.version, fact)), None)
        unseen = fact.of_version and not sign.version
        if shown is not None or unseen:
            version = f"{shown.name} {shown.version}" if shown else "a version that nothing shows"
            return Prediction("unknown", because, place, fact, outcome, version)
        if outcome == "passes on" and any(one.certainty == "against" for one in taking_part):
            because = f"{because}, if the program starts {fact.sdk}"
            return Prediction("unknown", because, place, fact, outcome)
        if outcome == "not by itself":
            return Prediction("unknown", because, place, fact, outcome)
        return Prediction(outcome, because, place, fact, outcome)

    def _undecided(self, told: ToldValue | None, sign: Sighting) -> Prediction:
        if told is not None:
            return Prediction(
                "unknown", f"{told.spelled}: its value is not in the input", told.place
            )
        if not self.added.is_known:
            why = f"{sign.by}: the Instrumentation that it means is not in the input"
            return Prediction("unknown", why, sign.place)
        unseen = ", ".join(self.told.unseen)
        return Prediction("unknown", f"{unseen} may set more and is not in the input", sign.place)

    def _holds(self, fact: Fact) -> tuple[bool | None, ToldValue | None]:
        """Return whether a fact holds, None where nobody knows, and the setting it rests on."""
        decisive: ToldValue | None = None
        doubt: tuple[bool | None, ToldValue | None] | None = None
        for setting in fact.settings:
            told = self.told.find(setting.name)
            holds = self._meets(setting, told)
            if holds is False:
                return False, None
            if holds is None:
                doubt = doubt or (None, told)
            elif told is not None and setting.test not in ("unset", "without"):
                decisive = decisive or told
        return doubt or (True, decisive)

    def _meets(self, setting: Setting, told: ToldValue | None) -> bool | None:
        if told is None:
            may_be = self.told.may_be_told_more or not self.added.is_known
            return None if may_be else setting.test in ("unset", "without")
        if setting.test == "unset":
            return False
        return None if told.text is None else setting.is_met(told.text, self.route_header)


def _candidates(known: Mapping[str, Sighting]) -> Iterator[Fact]:
    """Yield the facts that speak of all tracers of a program, and of nothing it does not have.

    Those about more of what is in it come first.
    """
    names = {*known, *(SDKS[name].of for name in known)} - {""}
    tracers = {SDKS[name].of or name for name in known if SDKS[name].is_tracer}
    for fact in _BY_DETAIL:
        own = {SDKS[name].of or name for name in fact.sdks}
        if fact.in_manifest and fact.sdks <= names and tracers <= own:
            yield fact


def _seen_as(sdk: str, known: Collection[str]) -> str:
    """Return by which name an SDK was seen: its own, or that of a kind of it."""
    return sdk if sdk in known else next(name for name in known if SDKS[name].of == sdk)


def _is_other(shown: str, fact: Fact) -> bool:
    """Whether a version is none that was measured; a shorter one may be any that begins so."""
    return bool(shown) and not any(
        one.version == shown or one.version.startswith(f"{shown}.") for one in fact.packages
    )


def _all(known: Iterable[str]) -> str:
    return " and ".join(sorted(known))
