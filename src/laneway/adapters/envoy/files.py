"""The files one Envoy reads: its bootstrap, and what it watches.

Comes in: a ProxyConfig. Goes out: files, each replaced in one step so that Envoy never reads half
of one, and the version of each by which the change is confirmed. A version is a digest of the
content, so that files need no memory: what lies there tells what runs, also to the next run of
Laneway. https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#filesystem-subscriptions
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from laneway.core.emit.envoy_config import Block, ProxyConfig, table_file, table_of

CLUSTERS = "clusters.json"
LISTENERS = "listeners.json"
ROUTES = "routes"
BOOTSTRAP = "bootstrap.json"
SOCKET = "admin.sock"
LOG = "envoy.log"


@dataclass(slots=True)
class Folder:
    """The folder of one proxy, and what its files hold now."""

    path: Path
    config: ProxyConfig = field(default_factory=ProxyConfig)

    @classmethod
    def read(cls, path: Path) -> Folder:
        """Read what an earlier run left. Files that are missing or torn count as empty."""
        tables = [_read(file) for file in sorted((path / ROUTES).glob("*.json"))]
        config = ProxyConfig(
            _by_name(_read(path / LISTENERS)),
            {name: block for table in tables for name, block in _by_name(table).items()},
            _by_name(_read(path / CLUSTERS)),
        )
        return cls(path, config)

    def prepare(self, concurrency: int) -> None:
        """Make the folder and Envoy's bootstrap; take away what may be left of a socket."""
        (self.path / ROUTES).mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        (self.path / SOCKET).unlink(missing_ok=True)
        _replace(self.path / BOOTSTRAP, json.dumps(bootstrap(self.path.name, concurrency)))

    def write(self, wanted: ProxyConfig) -> dict[str, str]:
        """Write what differs, clusters first and listeners last; drop tables no longer wanted.

        Returns the versions that Envoy will report once it has taken the files, by the end of the
        name of the text readout that tells it.
        """
        expected: dict[str, str] = {}
        if wanted.clusters != self.config.clusters:
            version = _write(self.path / CLUSTERS, wanted.clusters.values())
            expected["cluster_manager.cds.version_text"] = version
        expected |= self._write_tables(wanted)
        if wanted.listeners != self.config.listeners:
            version = _write(self.path / LISTENERS, wanted.listeners.values())
            expected["listener_manager.lds.version_text"] = version
        for name in self.config.tables.keys() - wanted.tables:
            (self.path / table_file(name)).unlink(missing_ok=True)
        self.config = wanted
        return expected

    def _write_tables(self, wanted: ProxyConfig) -> dict[str, str]:
        """Write the tables that differ. Only those some listener reads will be reported."""
        read = {table_of(listener) for listener in wanted.listeners.values()}
        expected = {}
        for name, table in wanted.tables.items():
            if self.config.tables.get(name) != table:
                version = _write(self.path / table_file(name), [table])
                if name in read:
                    expected[f".rds.{name}.version_text"] = version
        return expected

    def clear(self) -> None:
        """Remove what was written here, except the log."""
        for name in (CLUSTERS, LISTENERS, BOOTSTRAP, SOCKET):
            (self.path / name).unlink(missing_ok=True)
        for file in (self.path / ROUTES).glob("*"):
            file.unlink()
        if (self.path / ROUTES).is_dir():
            (self.path / ROUTES).rmdir()
        self.config = ProxyConfig()


def bootstrap(name: str, concurrency: int) -> Block:
    """Return Envoy's bootstrap. All paths are relative: Envoy runs in the proxy's folder.

    Counters of clusters are made when first needed, which halves the memory of a big mesh.
    https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto
    """
    return {
        "node": {"id": name, "cluster": "laneway", "metadata": {"workers": concurrency}},
        "admin": {"address": {"pipe": {"path": SOCKET, "mode": 0o600}}},
        "dynamic_resources": {
            "cds_config": _source(CLUSTERS),
            "lds_config": _source(LISTENERS),
        },
        "stats_flush_interval": "30s",
        "deferred_stat_options": {"enable_deferred_creation_stats": True},
    }


def _source(file: str) -> Block:
    return {
        "path_config_source": {"path": f"./{file}"},
        "initial_fetch_timeout": "0s",
        "resource_api_version": "V3",
    }


def _write(path: Path, resources: Iterable[Block]) -> str:
    body = json.dumps(list(resources), separators=(",", ":"))
    version = hashlib.sha256(body.encode()).hexdigest()[:16]
    _replace(path, f'{{"version_info":"{version}","resources":{body}}}')
    return version


def _replace(path: Path, text: str) -> None:
    """Put a whole new file in the place of an old one; a rename is what Envoy reacts to."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _read(path: Path) -> list[Block]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    resources = found.get("resources") if isinstance(found, Mapping) else None
    return resources if isinstance(resources, list) else []


def _by_name(resources: Iterable[Block]) -> dict[str, Block]:
    return {str(one["name"]): one for one in resources}
