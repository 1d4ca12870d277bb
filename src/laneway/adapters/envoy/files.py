"""The files one Envoy reads: its bootstrap, and what it watches.

Comes in: a ProxyConfig. Goes out: files, each replaced in one step so that Envoy never reads half
of one, and the version of each by which the change is confirmed. A version is a digest of the
content, so that files need no memory: what lies there tells what runs, also to the next run of
Laneway. https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#filesystem-subscriptions
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import chain
from pathlib import Path

from msgspec import Struct

from laneway.core.emit.envoy.carrier_log import CARRIERS_FILE
from laneway.core.emit.envoy.config import Block, ProxyConfig, table_file, table_of
from laneway.core.emit.filter_module import FILE

CLUSTERS = "clusters.json"
LISTENERS = "listeners.json"
ROUTES = "routes"
BOOTSTRAP = "bootstrap.json"
_STEPS = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
_EDGES = (*(step * 10**power for power in range(4) for step in _STEPS), 10_000, 60_000, 3_600_000)
"""Milliseconds, each a quarter to a half more than the one before it."""
SOCKET = "admin.sock"
LOG = "envoy.log"
MODULE = Path(__file__).with_name("laneway.wasm")
"""The lane filter as shipped."""


class Folder(Struct):
    """The folder of one proxy, what its files hold now, and the version of each file."""

    path: Path
    config: ProxyConfig = ProxyConfig()
    versions: dict[str, str] = {}

    @classmethod
    def read(cls, path: Path) -> Folder:
        """Read what an earlier run left. Files that are missing or torn count as empty."""
        folder = cls(path)
        tables: dict[str, Block] = {}
        for file in sorted((path / ROUTES).glob("*.json")):
            tables |= folder._read(f"{ROUTES}/{file.name}")
        folder.config = ProxyConfig(folder._read(LISTENERS), tables, folder._read(CLUSTERS))
        return folder

    def prepare(self, concurrency: int) -> None:
        """Make the folder and Envoy's bootstrap; take away what may be left of a socket."""
        (self.path / ROUTES).mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        (self.path / SOCKET).unlink(missing_ok=True)
        _replace(self.path / BOOTSTRAP, json.dumps(bootstrap(self.path.name, concurrency)))

    def write(self, wanted: ProxyConfig) -> frozenset[str]:
        """Write what differs, clusters first and listeners last; drop tables no longer wanted.

        Returns the files written. Envoy does not start without the files of its bootstrap, so they
        are written even where they hold nothing.
        """
        before, self.config = self.config, wanted
        written = []
        if wanted.clusters != before.clusters or CLUSTERS not in self.versions:
            written.append(self._write(CLUSTERS, wanted.clusters.values()))
        for name, table in wanted.tables.items():
            if before.tables.get(name) != table:
                written.append(self._write(table_file(name), [table]))
        if wanted.listeners != before.listeners or LISTENERS not in self.versions:
            self._lay_out_module()
            written.append(self._write(LISTENERS, wanted.listeners.values()))
        for name in before.tables.keys() - wanted.tables:
            (self.path / table_file(name)).unlink(missing_ok=True)
            self.versions.pop(table_file(name), None)
        return frozenset(written)

    def expected(self, files: AbstractSet[str]) -> dict[str, str]:
        """Return the versions Envoy reports once it has taken some files.

        Keys are the ends of the names of its text readouts. A table that no listener reads is
        never reported.
        """
        found = {}
        if CLUSTERS in files:
            found["cluster_manager.cds.version_text"] = self.versions[CLUSTERS]
        if LISTENERS in files:
            found["listener_manager.lds.version_text"] = self.versions[LISTENERS]
        for name in self._read_now():
            if name and table_file(name) in files:
                found[f".rds.{name}.version_text"] = self.versions[table_file(name)]
        return found

    def left(self, files: AbstractSet[str]) -> dict[str, str]:
        """Return the versions of tables among some files that no listener reads any more.

        Envoy reports them as long as there are connections of listeners that did.
        """
        return {
            f".rds.{name}.version_text": self.versions[table_file(name)]
            for name in self.config.tables.keys() - self._read_now()
            if table_file(name) in files
        }

    def _read_now(self) -> set[str]:
        return {table_of(listener) for listener in self.config.listeners.values()}

    def clear(self) -> None:
        """Remove what was written here, except the log."""
        for name in (CLUSTERS, LISTENERS, BOOTSTRAP, CARRIERS_FILE):
            (self.path / name).unlink(missing_ok=True)
        left = (self.path.glob(pattern) for pattern in ("*.sock", "laneway-*.wasm", f"{ROUTES}/*"))
        for file in chain.from_iterable(left):
            file.unlink()
        if (self.path / ROUTES).is_dir():
            (self.path / ROUTES).rmdir()
        self.config = ProxyConfig()
        self.versions.clear()

    def _lay_out_module(self) -> None:
        """Put the lane filter beside Envoy, before a listener can name it."""
        if not (self.path / FILE).exists():
            fresh = self.path / f".{FILE}.new"
            shutil.copyfile(MODULE, fresh)
            fresh.replace(self.path / FILE)

    def _write(self, file: str, resources: Iterable[Block]) -> str:
        body = json.dumps(list(resources), separators=(",", ":"))
        version = hashlib.sha256(body.encode()).hexdigest()[:16]
        _replace(self.path / file, f'{{"version_info":"{version}","resources":{body}}}')
        self.versions[file] = version
        return file

    def _read(self, file: str) -> dict[str, Block]:
        try:
            found = json.loads((self.path / file).read_text(encoding="utf-8"))
            self.versions[file] = str(found["version_info"])
            return {str(one["name"]): one for one in found["resources"]}
        except (OSError, ValueError, KeyError, TypeError):
            return {}


_RUNTIME = {"re2.max_program_size.error_level": 32768}
"""What Istio sets in every proxy: how large an expression may be, 100 if nothing is said.

https://github.com/istio/istio/blob/master/pkg/bootstrap/config.go
"""


def bootstrap(name: str, concurrency: int) -> Block:
    """Return Envoy's bootstrap. All paths are relative: Envoy runs in the proxy's folder.

    Counters of clusters are made when first needed, which halves the memory of a big mesh. Counters
    are asked for by their whole names alone, so Envoy need not take each name apart by thirty
    regular expressions, which is a third of what loading a listener costs. Times that requests take
    are told in finer steps than Envoy's own, for those who compare lanes by them. Expressions may
    be as large as proxies of Istio take them, where Envoy by itself refuses a table of routes; the
    admin interface sets more of the runtime, such as the switch of the log of carriers.
    https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto
    """
    return {
        "node": {"id": name, "cluster": "laneway", "metadata": {"workers": concurrency}},
        "admin": {"address": {"pipe": {"path": SOCKET, "mode": 0o600}}},
        "dynamic_resources": {
            "cds_config": _source(CLUSTERS),
            "lds_config": _source(LISTENERS),
        },
        "stats_config": {
            "use_all_default_tags": False,
            "histogram_bucket_settings": [
                {"match": {"suffix": "downstream_rq_time"}, "buckets": list(_EDGES)}
            ],
        },
        "stats_flush_interval": "5s",
        "layered_runtime": {
            "layers": [
                {"name": "as in Istio", "static_layer": _RUNTIME},
                {"name": "admin", "admin_layer": {}},
            ]
        },
        "deferred_stat_options": {"enable_deferred_creation_stats": True},
    }


def _source(file: str) -> Block:
    return {
        "path_config_source": {"path": f"./{file}"},
        "initial_fetch_timeout": "0s",
        "resource_api_version": "V3",
    }


def _replace(path: Path, text: str) -> None:
    """Put a whole new file in the place of an old one; a rename is what Envoy reacts to.

    The old file goes first: a rename onto a file that exists makes ext4 write the new one's blocks
    to disk at once, which takes up to 9 ms. Envoy reads only after the rename, and a file that is
    missing because somebody killed Laneway in between is written by the next run.
    https://www.kernel.org/doc/html/latest/admin-guide/ext4.html (auto_da_alloc)
    """
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    path.unlink(missing_ok=True)
    fresh.replace(path)
