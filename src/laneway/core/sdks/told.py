"""What a program is told when it starts: variables, options and properties, each with its place.

Comes in: a container, its workload, and objects that hold settings. Goes out: the value of a
setting by name, that it is not set, or that nobody here can know. A Spring property has several
spellings and ways to be set, of which the stronger one counts.
https://docs.spring.io/spring-boot/reference/features/external-config.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.resources.kubernetes.settings import (
    CONFIG_MAP,
    EnvironmentEntry,
    ProgramSettings,
)
from laneway.core.resources.kubernetes.workloads import Container, Workload
from laneway.core.resources.meta import Ref

JAVA_OPTIONS = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
"""Variables that a Java machine reads options from by itself."""
_REFERENCE = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")
_JSON = "SPRING_APPLICATION_JSON"


class ToldValue(Struct, frozen=True):
    """A value, how it is written, and where. No text: it is set, and nobody here knows to what."""

    text: str | None
    spelled: str
    place: Place | None = None


class ToldProgram(Struct, frozen=True, dict=True):
    """What one container tells its program. `unseen` are sources that are not known."""

    variables: Mapping[str, ToldValue]
    words: tuple[tuple[str, Place], ...]
    unseen: tuple[str, ...] = ()

    def variable(self, name: str) -> ToldValue | None:
        """Return what a variable is set to; None where it is not set, as far as is known."""
        return self.variables.get(name)

    def find(self, name: str) -> ToldValue | None:
        """Return what a setting is set to: a variable, or a property by any of its spellings."""
        return self._properties.get(_plain(name)) if "." in name else self.variables.get(name)

    def settings(self) -> Iterator[tuple[str, ToldValue]]:
        """Yield variables by their names, and properties by theirs without dashes."""
        yield from self.variables.items()
        yield from self._properties.items()

    def below(self, prefix: str) -> ToldValue | None:
        """Return the first property whose name begins so."""
        plain = _plain(prefix)
        found = (one for name, one in sorted(self._properties.items()) if name.startswith(plain))
        return next(found, None)

    @property
    def may_be_told_more(self) -> bool:
        """Whether something that is not in the input may set more; no Secret is taken to."""
        return any(not one.startswith("Secret ") for one in self.unseen)

    def options(self, *names: str) -> Iterator[tuple[str, Place | None]]:
        """Yield the words of variables, and those of the command line, each with its place."""
        for name in names:
            told = self.variables.get(name)
            for word in (told.text or "").split() if told else ():
                yield word.strip("\"'"), told.place if told else None
        yield from self.words

    @cached_property
    def _properties(self) -> Mapping[str, ToldValue]:
        """The Spring properties that are set, the strongest way of each."""
        found: dict[str, ToldValue] = {}
        for name, told in self._set_properties():
            found.setdefault(name, told)
        return found

    def _set_properties(self) -> Iterator[tuple[str, ToldValue]]:
        yield from _assigned(self.words, "--")
        json = self.variables.get(_JSON)
        if json is not None:
            yield from _of_json(json)
        yield from _assigned(self.options(*JAVA_OPTIONS), "-D")
        lists: dict[str, list[str]] = {}
        for name, told in self.variables.items():
            known = _by_variable(name)
            if known:
                lists.setdefault(known, []).append(told.text or "")
                text = None if told.text is None else ",".join(lists[known])
                yield known, ToldValue(text, told.spelled, told.place)


def told_by(
    workload: Workload,
    container: Container,
    settings: Iterable[ProgramSettings] = (),
    injected: Sequence[Mapping[str, ToldValue]] = (),
) -> ToldProgram:
    """Return what a container tells its program.

    `injected` are variables that something adds where the container does not set them itself.
    """
    known = {one.ref: one for one in settings}
    at = _ToldContainer(workload, container, known)
    variables: dict[str, ToldValue] = {}
    unseen: list[str] = []
    for entry in container.entries:
        variables |= dict(at.told(entry, variables))
        if entry.is_whole and at.is_unseen(entry):
            unseen.append(entry.source)
    for some in injected:
        for name, told in some.items():
            variables.setdefault(name, told)
    return ToldProgram(variables, tuple(at.words()), tuple(unseen))


class _ToldContainer(Struct, frozen=True):
    workload: Workload
    container: Container
    known: Mapping[Ref, ProgramSettings]

    def place(self, *steps: str | int) -> Place:
        return self.workload.place("spec", "containers", self.container.index, *steps)

    def told(
        self, entry: EnvironmentEntry, before: Mapping[str, ToldValue]
    ) -> Iterator[tuple[str, ToldValue]]:
        """Yield the variables of an entry."""
        held = self._held(entry)
        if entry.is_whole:
            for key, (text, steps) in held.of().items() if held else ():
                name = f"{entry.name}{key}"
                where = held.place(steps) if held else None
                yield name, ToldValue(text, f"{name}={text}", where)
        elif entry.value is not None:
            spelled, place = f"{entry.name}={entry.value}", self.place(*entry.steps, "value")
            yield entry.name, ToldValue(_expanded(entry.value, before), spelled, place)
        elif held and entry.key in held.of():
            kept, at = held.of()[entry.key]
            yield entry.name, ToldValue(kept, f"{entry.name}={kept}", held.place(at))
        else:
            source = entry.source or "the cluster"
            spelled = f"{entry.name} from {source}"
            yield entry.name, ToldValue(None, spelled, self.place(*entry.steps))

    def is_unseen(self, entry: EnvironmentEntry) -> bool:
        return self._held(entry) is None

    def _held(self, entry: EnvironmentEntry) -> ProgramSettings | None:
        name = entry.config_map
        return self.known.get(Ref(CONFIG_MAP, self.workload.namespace, name)) if name else None

    def words(self) -> Iterator[tuple[str, Place]]:
        """Yield the words of the command line; what a shell is given is taken apart."""
        for key, texts in (("command", self.container.command), ("args", self.container.args)):
            for index, text in enumerate(texts):
                for word in text.split():
                    yield word.strip("\"'"), self.place(key, index)


def _expanded(text: str, before: Mapping[str, ToldValue]) -> str | None:
    """Return a value with the variables named in it; None where one of them is not known."""
    for name in _REFERENCE.findall(text):
        told = before.get(name)
        if told is not None and told.text is None:
            return None
        if told is not None:
            text = text.replace(f"$({name})", told.text or "")
    return text


def _assigned(
    words: Iterable[tuple[str, Place | None]], prefix: str
) -> Iterator[tuple[str, ToldValue]]:
    """Yield the properties that words of a command line set."""
    for word, place in words:
        name, equals, text = word.removeprefix(prefix).partition("=")
        if word.startswith(prefix) and equals:
            yield _plain(name), ToldValue(text, word, place)


def _of_json(json: ToldValue) -> Iterator[tuple[str, ToldValue]]:
    try:
        value = msgspec.json.decode(json.text or "")
    except msgspec.DecodeError:
        return
    for name, text in _flat(value, ""):
        yield _plain(name), ToldValue(text, f"{name}={text} in {_JSON}", json.place)


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        yield name, ",".join(map(str, value))
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _plain(name: str) -> str:
    """Return a property as all of its spellings have it in common.

    >>> _plain("management.tracing.baggage.remote-fields[0]")
    'management.tracing.baggage.remotefields'
    """
    return re.sub(r"\[\d+\]$", "", name).replace("-", "").lower()


_SPRING = ("management.", "spring.")
_DASHED = ("remote_fields", "observation_enabled", "context_propagation")


def _by_variable(name: str) -> str:
    """Return the property that a variable stands for; empty for one of no interest.

    >>> _by_variable("MANAGEMENT_TRACING_BAGGAGE_REMOTE_FIELDS_0")
    'management.tracing.baggage.remotefields'
    """
    text = re.sub(r"_\d+$", "", name.lower())
    for dashed in _DASHED:
        text = text.replace(dashed, dashed.replace("_", ""))
    text = text.replace("_", ".")
    return text if text.startswith(_SPRING) else ""
