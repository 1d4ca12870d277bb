"""What a kustomization says of the files beside it.

Comes in: the bytes of a `kustomization.yaml`. Goes out: whether building it gives other objects
than the files hold, and the files that are patches: a patch is spelled like an object and is only
a part of one. Building it is kustomize's business.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from laneway.core.resources.yaml.documents import DocumentReader

NAMES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_MANIFESTS = (".yaml", ".yml", ".json")
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
_CHANGING = frozenset(
    {*_PATCHES, "bases", "components", "commonAnnotations", "commonLabels", "generators"}
    | {"helmCharts", "helmChartInflationGenerator", "images", "labels", "namePrefix", "nameSuffix"}
    | {"namespace", "replacements", "replicas", "transformers", "vars"}
)


class Kustomization(Struct, frozen=True):
    """`is_overlay`: it builds other objects than stand in the files. `patches`: relative paths.

    A component is a part of other kustomizations and builds nothing by itself.
    """

    is_overlay: bool = False
    patches: tuple[str, ...] = ()


def read_kustomization(path: str, raw: bytes) -> Kustomization:
    """Read a kustomization; one that nobody can read says nothing."""
    reader = DocumentReader(path)
    pieces, _ = reader.cut(raw)
    found = [document.value for piece in pieces for document in reader.read(piece, 0).documents]
    value = next((one for one in found if isinstance(one, dict)), {})
    gathered = [one for one in _listed(value, "resources") if isinstance(one, str)]
    elsewhere = any(not one.endswith(_MANIFESTS) or "://" in one for one in gathered)
    changes = any(value.get(key) for key in _CHANGING)
    is_whole = value.get("kind") != "Component"
    return Kustomization(is_whole and (changes or elsewhere), tuple(_patches(value)))


def _patches(value: dict[str, Any]) -> Iterator[str]:
    for key in _PATCHES:
        for one in _listed(value, key):
            path = one.get("path") if isinstance(one, dict) else one
            if isinstance(path, str) and "\n" not in path:
                yield path


def _listed(value: dict[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    return found if isinstance(found, list) else []
