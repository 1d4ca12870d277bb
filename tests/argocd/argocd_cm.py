"""The ConfigMap by which an installation of Argo CD takes the scripts, made of them.

Comes in: the scripts. Goes out: the text of `contrib/argocd/argocd-cm.yaml`; with `LANEWAY_BLESS=1`
its test writes it anew.
https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#way-1-define-a-custom-health-check-in-argocd-cm-configmap
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


def text_of_config_map(scripts: Iterable[Path]) -> str:
    """Return the text, a key for each script."""
    return HEAD + "".join(map(_entry, scripts))


def _entry(script: Path) -> str:
    kind = f"{script.parent.parent.name}_{script.parent.name}"
    body = indent(script.read_text(), "    ")
    return f"  resource.customizations.health.{kind}: |\n{body}"
