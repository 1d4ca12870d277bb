"""`istioctl analyze` as a judge: what Istio's analyzers say of a folder's worth of YAML.

In: Kubernetes and Istio objects as YAML. Out: its messages. It asks no cluster. The levels are
Istio's: Info, Warning, Error. The oracle runs the same analyzers without a process for each
question; the program itself says that it does so alike.
https://istio.io/latest/docs/reference/config/analysis/
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct


class Message(Struct, frozen=True):
    """One message: `code` such as IST0101, `origin` as `Kind namespace/name`."""

    code: str
    level: str
    origin: str
    message: str


class Istioctl(Struct, frozen=True):
    """The program at a path."""

    program: Path

    def analyze(self, text: str) -> list[Message]:
        """Return what `istioctl analyze` says of YAML documents, each namespace looked at.

        A document that it cannot read and would pass over raises `AssertionError`.
        """
        command = [str(self.program), "analyze", "--use-kube=false", "-A", "-o", "json", "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0 or not done.stdout.startswith("["):
            raise AssertionError(f"istioctl analyze: {done.stdout}{done.stderr}")
        return messages(json.loads(done.stdout))


def messages(told: Iterable[Mapping[str, str]]) -> list[Message]:
    """Return messages out of Istio's own JSON."""
    return [
        Message(each["code"], each["level"], each.get("origin", ""), each["message"])
        for each in told
    ]
