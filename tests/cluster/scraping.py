"""A Prometheus that scrapes one target: what it answers to queries, and what it makes of alerts.

Comes in: a folder, a target, a file of alerts. Goes out: samples. Prometheus is the machine's own:
to build it would cost minutes and gigabytes, and Debian has it (`./dev machine`).
"""

from __future__ import annotations

import http.client
import json
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from msgspec import Struct

from tests.cluster.children import Children
from tests.cluster.control_plane import environment, free_ports
from tests.engines import EngineAbsentError

PATIENCE = 60.0
INTERVAL = "200ms"


class Scraping(Struct, frozen=True):
    """A running Prometheus."""

    port: int

    def ask(self, path: str) -> Any:
        """Return the data of an answer of its API. Raises OSError."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", f"/api/v1/{path}")
            answer = connection.getresponse()
            return json.loads(answer.read())["data"]
        finally:
            connection.close()

    def values(self, expression: str) -> list[float]:
        """Return the values of a query, without those that are no numbers; waits for the first."""
        until = time.monotonic() + PATIENCE
        while True:
            found = self.ask(f"query?query={quote(expression)}")["result"]
            values = [float(one["value"][1]) for one in found]
            if numbers := [one for one in values if one == one]:  # noqa: PLR0124 - not NaN
                return numbers
            if time.monotonic() > until:
                return []
            time.sleep(0.1)


def prometheus() -> Path:
    """Return the machine's Prometheus. Raises EngineAbsentError where there is none."""
    found = shutil.which("prometheus")
    if found is None:
        raise EngineAbsentError("there is no prometheus: `./dev machine` installs it")
    return Path(found)


def scrape(
    folder: Path,
    children: Children,
    target: str,
    alerts: Path | None = None,
    interval: str = INTERVAL,
) -> Scraping:
    """Start a Prometheus; returns when it has scraped its target once."""
    [port] = free_ports(1)
    folder.mkdir()
    asked = yaml.safe_load(alerts.read_text()) if alerts else []
    rules = {"groups": [{"name": "laneway", "rules": asked}]}
    (folder / "rules.yaml").write_text(json.dumps(rules))
    told = {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        "rule_files": [str(folder / "rules.yaml")],
        "scrape_configs": [{"job_name": "laneway", "static_configs": [{"targets": [target]}]}],
    }
    (folder / "prometheus.yaml").write_text(json.dumps(told))
    command = (
        str(prometheus()),
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    )
    children.start("prometheus", command, environment(folder))
    scraping = Scraping(port)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and "prometheus" not in children.ended():
        try:
            if scraping.values("up") == [1.0]:
                return scraping
        except (OSError, ValueError, KeyError):
            pass
        time.sleep(0.1)
    raise AssertionError(children.last_words("prometheus"))
