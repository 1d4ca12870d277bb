"""Stands in for kubectl where a page of the documentation asks a cluster.

In: `get KINDS -A -o yaml`, answered with the objects of the strict lanes' example that are no
lanes; or `apply -f -`, with `--server-side` or without, answered with a line for each object that
comes in.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"


def held() -> list[dict[str, Any]]:
    """Return what the cluster has: the example without its lanes, which no Istio knows."""
    texts = (path.read_text() for path in sorted(EXAMPLE.glob("*.yaml")))
    found = [one for text in texts for one in yaml.safe_load_all(text)]
    return [one for one in found if not one["kind"].startswith("ASM")]


def main(words: list[str]) -> int:
    if words[:1] == ["get"] and words[2:] == ["-A", "-o", "yaml"]:
        asked = {kind.split(".")[0] for kind in words[1].split(",")}
        items = [one for one in held() if f"{one['kind'].lower()}s" in asked]
        sys.stdout.write(yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": items}))
        return 0
    if words in (["apply", "-f", "-"], ["apply", "--server-side", "-f", "-"]):
        done = "serverside-applied" if "--server-side" in words else "created"
        for one in yaml.safe_load_all(sys.stdin):
            group = one["apiVersion"].rpartition("/")[0]
            name = f"{one['kind'].lower()}.{group}/{one['metadata']['name']}"
            sys.stdout.write(f"{name} {done}\n")
        return 0
    sys.stderr.write(f"error: the stand-in knows no {' '.join(words)}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
