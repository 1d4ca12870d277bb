"""What is told while a mesh runs: each thing once, when it happens, with its cause and its time.

Comes in: what the loop did or saw. Goes out: lines on the screen. It decides nothing and keeps only
what it needs to tell a thing once.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct, field

from laneway.apps.local.mesh.proxies import Ailing
from laneway.apps.local.mesh.supervisor import Ended, Event, Stopped
from laneway.apps.local.record.logs import last_lines
from laneway.apps.local.record.refusal import Provenance, RefusedRevision, lines_of
from laneway.apps.local.record.state import WorkloadRecord
from laneway.apps.terminal.mesh_text import gateway_text
from laneway.apps.terminal.screen import Screen
from laneway.apps.terminal.tables import MOST_CHANGES, duration, listed
from laneway.core.changes.snapshots import changes
from laneway.core.emit.envoy.config import Unexecuted
from laneway.core.findings.difference import Difference, in_short
from laneway.core.findings.finding import Finding
from laneway.core.fleet.allocator import Opened
from laneway.core.fleet.next_step import Instance
from laneway.core.fleet.wanted import WantedProgram
from laneway.core.gate import Revision
from laneway.core.rules.questions.words import short_host
from laneway.loop.step import Confirmed

LOG_LINES = 5
TOLD_ENDS = 3
"""Ends in a row of one program that are told; after that only its log grows."""


class Announcer(Struct):
    """The voice of a mesh of the name `mesh`. `text_of` renders findings."""

    screen: Screen
    text_of: Callable[[Sequence[Finding]], str]
    provenance: Provenance = Provenance()
    mesh: str = "default"
    written_at: float | None = None
    """When the oldest edit was written that is not live yet, in seconds since 1970."""

    is_behind: bool = False
    """Whether what is live is not what the files say."""

    refusal: RefusedRevision | None = None
    """Why the newest edit was refused, if it was."""

    told: tuple[Finding, ...] = ()
    """The errors that were told last."""

    trouble: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a program ended by itself."""

    def starting(self, ready: int, total: int) -> None:
        """Tell how far the start is."""
        self.screen.progress("starting the mesh:", f"{ready} of {total} workloads ready")

    def edited(self, written_at: float | None) -> None:
        """Note when an edit was written, if that is known; of several the oldest counts."""
        self.refusal, self.told = None, ()
        moment = time.time() if written_at is None else written_at
        if self.written_at is None or moment < self.written_at:
            self.written_at = moment

    def as_before(self) -> None:
        """Tell that the files, after edits that did not go live, say what is live."""
        if self.is_behind:
            self.screen.tell(f"{self.provenance.name} again what is live")
        self.written_at, self.is_behind = None, False
        self.refusal, self.told = None, ()

    def live(self, before: Revision, after: Revision, confirmed: Confirmed) -> None:
        """Tell what is live now, in how many proxies, and how long that took.

        The time counts from the moment the edit was written, else from the change's begin.
        """
        found = changes(before.compilation.snapshot, after.compilation.snapshot)
        if confirmed.cut_off:
            self.screen.tell(f"{confirmed.cut_off} requests had not ended in time and were cut off")
        if found:
            since = confirmed.begun if self.written_at is None else self.written_at
            took = duration(max(confirmed.begun - since, 0.0) + confirmed.seconds)
            where = f" in all {confirmed.proxies} proxies" if confirmed.proxies > 1 else ""
            self.screen.tell(f"{listed(found)}: live after {took}{where}")
        elif before is not after:
            self.as_before()
        if before is not after:
            self.written_at, self.is_behind = None, False
            self._judged(before.findings, after.findings)

    def _judged(self, before: Sequence[Finding], after: Sequence[Finding]) -> None:
        """Tell which findings an edit brought and which it fixed; the others are known."""
        found = Difference.between(before, after)
        for word, those in (("new", found.new), ("gone", found.gone)):
            worth = [one for one in those if one.level != "info"]
            for line in in_short(word, worth):
                self.screen.warn(line)

    def opened(self, before: Sequence[Opened], after: Sequence[Opened]) -> None:
        """Tell which gateway ports an edit opened, and which it closed."""
        old, new = {one.url for one in before}, {one.url for one in after}
        for one in after:
            if one.url not in old:
                self.screen.tell(f"opened {gateway_text(one)}")
        for one in before:
            if one.url not in new:
                self.screen.tell(f"closed {gateway_text(one)}")

    def not_live(self, reason: str, findings: Sequence[Finding] = ()) -> None:
        """Tell that an edit cannot go live, and that what was live stays.

        `findings` are the errors by which it is refused, where it is for its own errors.
        """
        self.screen.warn(reason)
        self.screen.tell("not live: the last good configuration keeps serving")
        self.refusal = RefusedRevision(
            since=time.time() if self.refusal is None else self.refusal.since,
            errors=len(findings),
            reasons=lines_of(findings, is_here=self.provenance.is_here)
            or (reason.strip().splitlines()[-1],),
            command=self.provenance.command_for(findings, self.mesh),
            edit=self.provenance.edit,
        )
        self.written_at, self.is_behind, self.told = None, True, tuple(findings)

    def not_followed(self, reason: str) -> None:
        """Tell that edits will not be seen."""
        self.screen.warn(f"edits are not followed, what is live goes on: {reason}")

    def not_noted(self, reason: str) -> None:
        """Tell that `laneway ps` will show an older state."""
        self.screen.warn(f"the record of the mesh cannot be written: {reason}")

    def refused(self, findings: Sequence[Finding]) -> None:
        """Tell the errors by which an edit is refused, in short those that were told before."""
        found = Difference.between(self.told, findings)
        parts = [self.text_of(found.new)] if found.new else []
        parts += in_short("gone", found.gone)
        if found.same:
            parts += in_short("as before", found.same)
        self.not_live("\n".join(part.rstrip() for part in parts), findings)

    def found(self, findings: Sequence[Finding], here: Sequence[Finding], hint: str) -> None:
        """Tell the errors of a mesh that runs all the same, and count the rest.

        `hint` is the command that shows them; what is so on this machine alone no other command
        shows, so it is told.
        """
        errors = [one for one in findings if one.level == "error"]
        told = [*errors, *(one for one in here if one.level != "info")]
        if told:
            self.screen.warn(self.text_of(told).rstrip())
        for one in here:
            if one.level == "info":
                self.screen.warn(f"{one.message} (laneway explain-code {one.code.id})")
        rest = [
            f"{count} {level}{'s' if count > 1 and level == 'warning' else ''}"
            for level in ("warning", "info")
            if (count := sum(1 for one in findings if one.level == level))
        ]
        if rest:
            self.screen.warn(f"{' and '.join(rest)}: {hint}")

    def unexecuted(self, parts: Sequence[Unexecuted]) -> None:
        """Tell which fields of users' objects the proxies on this machine do not carry out."""
        for one in parts[:MOST_CHANGES]:
            self.screen.warn(f"not carried out here: {one.field} of {one.subject} ({one.reason})")
        if len(parts) > MOST_CHANGES:
            self.screen.warn(f"not carried out here: {len(parts) - MOST_CHANGES} more fields")

    def ailing(self, found: Sequence[Ailing]) -> None:
        """Tell which pods run and are not well, and who answers for them."""
        for one in found:
            who = "its other pods answer" if one.well else "others answer for the lane"
            of = f"pods of lane {one.lane} of {short_host(one.host)}"
            count = f"{one.all - one.well} of {one.all}"
            self.screen.warn(f"not well by their readiness probe: {count} {of}; {who} meanwhile")

    def happened(self, events: Iterable[Event]) -> None:
        """Tell which programs ended by themselves or were stopped, and which are back."""
        for one in events:
            if isinstance(one, Ended):
                self._ended(one)
            elif isinstance(one, Stopped):
                self.screen.tell(f"{one.instance.id} is stopped")
            else:
                self.screen.tell(f"{one.instance.id} is ready again")

    def _ended(self, one: Ended) -> None:
        self.trouble.set()
        if one.standing.ends > TOLD_ENDS:
            return
        pause = duration(one.standing.retry_at - one.standing.since)
        more = ", and from now on without a word" if one.standing.ends == TOLD_ENDS else ""
        text = f"{one.instance.id} ended ({one.standing.reason}): started again in {pause}{more}"
        self.screen.tell(text)

    def fixed(self, text: str) -> None:
        """Tell what was fixed."""
        self.screen.tell(text)


def bug_text(error: Exception) -> str:
    """Say that an error is a bug, with the lines a report needs."""
    return f"This is a bug in Laneway:\n{''.join(traceback.format_exception(error))}"


def why_not_ready(instance: Instance, records: Iterable[WorkloadRecord]) -> str:
    """Say why an instance is not ready: how its program ended or hangs, and its last words."""
    lines = []
    for one in records:
        if one.replica != instance.id or one.state == "ready":
            continue
        program = next(each for each in instance.wanted.programs if each.container == one.container)
        lines += last_words(one, "" if one.reason else _hangs(instance, program))
    return "\n".join(lines)


def last_words(one: WorkloadRecord, how: str = "") -> list[str]:
    """Say how a program ended, or `how` it fares, and the last lines of its log."""
    said = [f"  | {line}" for line in last_lines(Path(one.log), LOG_LINES)]
    fares = how or f"ended with {one.reason}"
    return [f"{one.replica} {fares}; its log is {one.log}", *said]


def _hangs(instance: Instance, program: WantedProgram) -> str:
    """Say where a program should listen, and by which variable it is told so."""
    ports = [
        f"port {port} (PORT_{number})"
        for number, _, port in instance.place.ports
        if number in program.awaited
    ]
    every = "every one of " if len(ports) > 1 else ""
    return f"does not listen on {every}{instance.place.address} {', '.join(ports)}"
