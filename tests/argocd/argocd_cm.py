"""The ConfigMap by which an installation of Argo CD takes the scripts, made of them.

Comes in: the scripts. Goes out: the text of `contrib/argocd/argocd-cm.yaml`; with `LANEWAY_BLESS=1`
its test writes it anew.
https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#way-1-define-a-custom-health-check-in-argocd-cm-configmap
https://argo-cd.readthedocs.io/en/stable/operator-manual/resource_actions/#define-a-custom-resource-action-in-argocd-cm-configmap
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import indent

HEAD = """\
# Made of the scripts beside it; the test of this file writes it.
# kubectl patch configmap argocd-cm -n argocd --patch-file argocd-cm.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
data:
"""


def text_of_config_map(scripts: Iterable[Path], actions: Iterable[Path]) -> str:
    """Return the text: a key for each script of health, and one for each folder of actions."""
    entries = [_key("health", one.parent, one.read_text()) for one in scripts]
    entries += [_key("actions", one.parent, _of_actions(one)) for one in actions]
    return HEAD + "".join(entries)


def _key(subject: str, kind: Path, text: str) -> str:
    name = f"resource.customizations.{subject}.{kind.parent.name}_{kind.name}"
    return f"  {name}: |\n{indent(text, '    ')}"


def _of_actions(folder: Path) -> str:
    """Return the scripts of a kind's actions as one text, itself YAML."""
    discovery = indent((folder / "discovery.lua").read_text(), "  ")
    parts = ["discovery.lua: |\n", discovery, "definitions:\n"]
    for script in sorted(folder.glob("*/action.lua")):
        parts.append(f"- name: {script.parent.name}\n  action.lua: |\n")
        parts.append(indent(script.read_text(), "    "))
    return "".join(parts)
