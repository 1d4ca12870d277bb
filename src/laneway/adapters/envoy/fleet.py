"""All proxies of one mesh: started, changed in safe order, watched, ended.

Comes in: an EnvoyConfig. Goes out: proxies that run it, with proof, stage by stage; no stage begins
before the one before is live in every proxy. Where one proxy rejects a stage, all go back to what
ran before. It knows nothing of lanes: the order of a change is worked out in the core.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from laneway.adapters.envoy.admin import Unreachable
from laneway.adapters.envoy.files import LOG, Folder
from laneway.adapters.envoy.outcome import (
    Applied,
    EnvoyStartError,
    Rejected,
    Restarted,
    Settings,
    StepDone,
)
from laneway.adapters.envoy.proxy import Proxy
from laneway.adapters.envoy.together import outside_first, together
from laneway.adapters.envoy.watches import shortage
from laneway.core.changes.stages import Stage, stages
from laneway.core.emit.envoy.carrier_log import SWITCH
from laneway.core.emit.envoy.config import OUTER_PROXY, EnvoyConfig, ProxyConfig
from laneway.core.emit.envoy.tunnels import TUNNELS
from laneway.core.fleet.standing import STEADY_AFTER, pause_after

_SETTLE_PAUSE = 0.02


class EnvoyFleet:
    """Every Envoy of one mesh. `folder` belongs to it alone: one folder below it per proxy."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self._folder = folder
        self._settings = settings or Settings()
        self._proxies: dict[str, Proxy] = {}
        self._strays: list[Proxy] = []
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    def adopt(self) -> tuple[str, ...]:
        """Take over the proxies an earlier run left running, with what they serve; their names.

        An Envoy that serves something else than what lies in its folder ends at the next change.
        """
        found = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        paths = {unquote(path.name): path for path in found if path.is_dir()}
        for name, path in paths.items():
            proxy = Proxy(Folder.read(path), self._workers(paths), self._settings)
            if proxy.adopt():
                self._proxies[name] = proxy
            elif proxy.is_running:
                self._strays.append(proxy)
        return tuple(self._proxies)

    async def apply(self, wanted: EnvoyConfig) -> Applied:
        """Bring every proxy to a configuration; returns when all of it is live.

        New proxies start with all they need, then the others change stage by stage, then those no
        longer wanted end. Raises CannotStart when an Envoy does not come up, or when the machine
        would not let it watch its files; then nothing has changed.
        """
        async with self._turn:
            begun = time.perf_counter()
            await self._end_strays()
            await self._revive()
            old = {name: proxy.folder.config for name, proxy in self._proxies.items()}
            if why := shortage(old, wanted.proxies):
                raise EnvoyStartError(why)
            started = await self._start_new(wanted.proxies)
            steps: list[StepDone] = []
            in_flight = 0
            for stage in stages(old, wanted.proxies):
                rejected, still = await self._perform(stage, steps)
                in_flight += still
                if rejected:
                    await self._go_back(old, started)
                    took = time.perf_counter() - begun
                    return Applied(tuple(steps), took, (), (), rejected, in_flight)
            in_flight += await self._let_out(wanted.proxies)
            stopped = await self._stop_unwanted(wanted.proxies)
            self._changed.set()
            took = time.perf_counter() - begun
            return Applied(tuple(steps), took, started, stopped, (), in_flight)

    async def watch(self, told: Callable[[Restarted], None]) -> None:
        """Start proxies again that end by themselves, until cancelled.

        The pause before each attempt grows from 0.1 s to 10 s; `told` hears of every attempt.
        """
        keepers: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                self._changed.clear()
                for name, proxy in self._proxies.items():
                    if name not in keepers or keepers[name].done():
                        keepers[name] = asyncio.create_task(self._keep(name, proxy, told))
                await self._changed.wait()
        finally:
            for task in keepers.values():
                task.cancel()
            await asyncio.gather(*keepers.values(), return_exceptions=True)

    async def down(self) -> None:
        """End every proxy and remove its files, logs excepted."""
        async with self._turn:
            await self._end_strays()
            await self._stop_unwanted({})
            self._changed.set()

    def leave(self) -> None:
        """Let go of the proxies, which go on as they are; for those who only looked."""
        for proxy in self._proxies.values():
            proxy.admin.close()
        self._proxies = {}

    def counters(self, names: Iterable[str] | None = None) -> dict[str, int]:
        """Sum counters over all proxies, by full name; with `names`, exactly those, 0 if unused."""
        chosen = None if names is None else dict.fromkeys(names, 0)
        total: dict[str, int] = {} if chosen is None else chosen
        for proxy in self._proxies.values():
            try:
                counted = proxy.admin.counters() | proxy.admin.connections(TUNNELS)
            except Unreachable:
                continue
            for name, value in counted.items():
                if chosen is None or name in chosen:
                    total[name] = total.get(name, 0) + value
        return total

    def counted(self, pattern: str) -> tuple[dict[str, int], dict[str, dict[float, int]]]:
        """Return counters and histograms by a regular expression on their names.

        They are those of proxies that answer; a name is one proxy's alone.
        """
        counters: dict[str, int] = {}
        histograms: dict[str, dict[float, int]] = {}
        for proxy in self._proxies.values():
            with suppress(Unreachable):
                counters |= proxy.admin.counters(pattern)
                histograms |= proxy.admin.histograms(pattern)
        return counters, histograms

    def gauges(self, pattern: str) -> dict[str, int]:
        """Sum gauges over all proxies, by a regular expression on their names."""
        total: dict[str, int] = {}
        for proxy in self._proxies.values():
            with suppress(Unreachable):
                for name, value in proxy.admin.gauges(pattern).items():
                    total[name] = total.get(name, 0) + value
        return total

    def logs(self, file: str = LOG) -> Mapping[str, Path]:
        """Return the log file of each proxy, or another file in its folder."""
        return {name: proxy.folder.path / file for name, proxy in self._proxies.items()}

    def begin_long_requests_anew(self, longest: int) -> None:
        """Have proxies begin their log of requests anew that have written more than so many bytes.

        What they wrote is kept until the next time.
        """
        for proxy in self._proxies.values():
            proxy.begin_long_requests_anew(longest)

    def tell_carriers(self, *, on: bool) -> None:
        """Have proxies write down what programs send on, or no longer."""
        for proxy in self._proxies.values():
            with suppress(Unreachable):
                proxy.admin.switch(SWITCH, 100 if on else 0)

    def processes(self) -> Mapping[str, int]:
        """Return the process number of each proxy that runs."""
        return {
            name: proxy.process.identity.pid
            for name, proxy in self._proxies.items()
            if proxy.process is not None and proxy.is_running
        }

    def _workers(self, names: Iterable[str]) -> int:
        if self._settings.concurrency is not None:
            return self._settings.concurrency
        many = len(set(names) - {OUTER_PROXY}) > 1
        return 1 if many else len(os.sched_getaffinity(0))

    async def _end_strays(self) -> None:
        strays, self._strays = self._strays, []
        await together(proxy.stop() for proxy in strays)

    async def _revive(self) -> None:
        """Start proxies that ended and that nobody has started again yet."""
        for proxy in self._proxies.values():
            if not proxy.is_running:
                await proxy.start()

    async def _start_new(self, wanted: Mapping[str, ProxyConfig]) -> tuple[str, ...]:
        names = [name for name in wanted if name not in self._proxies]
        fresh = {name: self._fresh(name, self._workers(wanted)) for name in names}
        for name, proxy in fresh.items():
            proxy.folder.write(wanted[name])
        self._proxies |= fresh
        try:
            for those in reversed(outside_first(fresh)):
                await together(proxy.start() for proxy in those)
        except EnvoyStartError:
            await self._drop(fresh)
            raise
        return tuple(names)

    def _fresh(self, name: str, workers: int) -> Proxy:
        path = self._folder / quote(name, safe="")
        folder = Folder(path)
        folder.clear()
        folder.prepare(workers)
        return Proxy(folder, workers, self._settings)

    async def _perform(
        self, stage: Stage, steps: list[StepDone]
    ) -> tuple[tuple[Rejected, ...], int]:
        """Make one stage live everywhere. Returns what was rejected, and requests left over."""
        begun = time.perf_counter()
        if stage.settle:
            still = await self._settle(stage)
            steps.append(StepDone(stage.what, tuple(stage.proxies), time.perf_counter() - begun))
            return (), still
        rejected = await self._write(stage)
        steps.append(StepDone(stage.what, tuple(stage.proxies), time.perf_counter() - begun))
        return rejected, 0

    async def _write(self, stage: Stage) -> tuple[Rejected, ...]:
        """Write a stage to every proxy it changes, then wait for each."""
        waiting = [
            proxy
            for name, config in stage.proxies.items()
            if (proxy := self._proxies[name]).write(config)
        ]
        if len(waiting) == 1:
            return await waiting[0].confirm()
        found = await asyncio.gather(*(proxy.confirm() for proxy in waiting))
        return tuple(one for rejected in found for one in rejected)

    async def _settle(self, stage: Stage) -> int:
        """Wait, within bounds, for requests under way in clusters that are about to leave."""

        def active() -> int:
            return sum(self._proxies[name].in_flight(stage.settle) for name in stage.proxies)

        return await self._until_none(active)

    async def _let_out(self, wanted: Mapping[str, ProxyConfig]) -> int:
        """Wait, within bounds, for requests under way in proxies that are about to end."""
        ending = [proxy for name, proxy in self._proxies.items() if name not in wanted]
        return await self._until_none(lambda: sum(proxy.under_way() for proxy in ending))

    async def _until_none(self, active: Callable[[], int]) -> int:
        """Wait, within bounds, until nothing is active; return what still is."""
        until = time.monotonic() + self._settings.drain_seconds
        while True:
            left = active()
            if not left or time.monotonic() > until:
                return left
            await asyncio.sleep(_SETTLE_PAUSE)

    async def _go_back(self, old: Mapping[str, ProxyConfig], started: Iterable[str]) -> None:
        """Put back what ran before, in safe order too, and end what was started meanwhile."""
        now = {name: self._proxies[name].folder.config for name in old}
        for stage in stages(now, old):
            if not stage.settle:
                await self._write(stage)
        await self._drop(started)

    async def _stop_unwanted(self, wanted: Mapping[str, ProxyConfig]) -> tuple[str, ...]:
        unwanted = tuple(name for name in self._proxies if name not in wanted)
        await self._drop(unwanted)
        return unwanted

    async def _drop(self, names: Iterable[str]) -> None:
        dropped = {name: self._proxies.pop(name) for name in list(names)}
        for those in outside_first(dropped):
            await together(proxy.stop() for proxy in those)
        for proxy in dropped.values():
            proxy.folder.clear()

    async def _keep(self, name: str, proxy: Proxy, told: Callable[[Restarted], None]) -> None:
        """Start one proxy again whenever it ends, until it is no longer one of the fleet."""
        attempt = 0
        while self._proxies.get(name) is proxy:
            process, since = proxy.process, time.monotonic()
            if process is not None:
                await process.ended()
            attempt = 1 if time.monotonic() - since > STEADY_AFTER else attempt + 1
            pause = pause_after(attempt)
            await asyncio.sleep(pause)
            async with self._turn:
                if self._proxies.get(name) is not proxy:
                    return
                error = "" if proxy.is_running else await _error_of(proxy.start())
            code = None if process is None else process.exit_code
            told(Restarted(name, code, attempt, pause, error))


async def _error_of(starting: Awaitable[None]) -> str:
    try:
        await starting
    except EnvoyStartError as problem:
        return str(problem)
    return ""
