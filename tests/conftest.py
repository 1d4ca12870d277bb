"""What holds for every test: a clean environment, deterministic search, no silent skip in CI.

A test meets no variable of the person who runs it: no proxy, no colors, no cluster, a home of its
own. Caches stay where they are, since what lies there is keyed by its content. Hypothesis draws
half as many examples as it would by itself, the same in every run; `--hypothesis-profile=search`
looks further.

Where tests run side by side (`./dev test`), one process asks all real meshes, one after the other;
`tests/sides.py` says why.
"""

import os
from collections.abc import Callable, Generator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.engines import EngineAbsentError
from tests.sides import Sides

settings.register_profile(
    "repeatable", max_examples=50, derandomize=True, deadline=None, database=None
)
settings.register_profile("search", max_examples=200, deadline=None, print_blob=True)
settings.load_profile("repeatable")

KEPT_OF_OURS = {"LANEWAY_BLESS"}
STRANGERS = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy"),
    *("no_color", "force_color", "clicolor", "clicolor_force", "columns", "lines", "term"),
    *("kubeconfig", "pod_ip", "host", "port", "app", "version", "upstream_url"),
    *("xdg_config_home", "xdg_data_home", "xdg_state_home", "xdg_runtime_dir"),
)
REAL_HOME = Path.home()
Had = Callable[[Callable[[], Path]], Path]
"""Gives an engine's path, or skips the test."""
HOMES = count()


@pytest.fixture(autouse=True)
def clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Give the test a home of its own and take away what the caller's shell has set."""
    for name in list(os.environ):
        ours = name.startswith("LANEWAY_") and name not in KEPT_OF_OURS
        if ours or name.lower() in STRANGERS:
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / f"h{next(HOMES)}"
    home.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME", f"{REAL_HOME}/.cache"))
    monkeypatch.setenv("GOPATH", os.environ.get("GOPATH", f"{REAL_HOME}/go"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(scope="session")
def had(request: pytest.FixtureRequest) -> Had:
    """Return what builds an engine, or skips; the building may take minutes, so it is shown."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def made(making: Callable[[], Path]) -> Path:
        try:
            with capture.global_and_fixture_disabled():
                return making()
        except EngineAbsentError as absent:
            pytest.skip(str(absent))

    return made


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sides:
    """Let processes that share the tests keep to their sides."""
    return Sides(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI every test runs: what would be skipped elsewhere fails there and says why."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {call.excinfo and call.excinfo.value}"
    return report
