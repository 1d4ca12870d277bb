"""The chart's objects, as Helm prints them.

Comes in: values, as `--set` takes them. Goes out: objects. Helm is the one of `engines/`, which
takes itself for an old Kubernetes unless it is told another.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.engines import engine

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "laneway"
KUBERNETES = "1.36.0"
EVERYTHING = (
    "namespaces={default,shop}",
    "serviceMonitor.enabled=true",
    "prometheusRule.enabled=true",
    "dashboard.enabled=true",
    "releases.enabled=true",
    "releases.applies=true",
    "releases.credentials=git",
    "console.enabled=true",
    "console.publicOrigin=https://lanes.example.com",
    "console.readOnly=true",
    "console.namespaces={shop}",
)
"""Values with which nothing of the chart is left out."""


def chart_text(*values: str, words: tuple[str, ...] = ()) -> str:
    """Return what `helm template` prints; a refusal of the values fails the test."""
    settings = [word for value in values for word in ("--set", value)]
    command = (engine("helm"), "template", "laneway", CHART, "--namespace=istio-system")
    told = (f"--kube-version={KUBERNETES}", *settings, *words)
    done = subprocess.run((*command, *told), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def chart_objects(*values: str) -> list[dict[str, Any]]:
    """Return the objects that the chart makes of some values."""
    return [one for one in yaml.safe_load_all(chart_text(*values)) if one]
