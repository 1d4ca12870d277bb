"""The sample's mesh while many tests run: each finds the files as they were, and followed.

Comes in: a folder of its own. Goes out: a running `laneway up` and what a test needs to edit it and
to ask about it. A test that ends the mesh, or asks what the start of one says, starts its own.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from msgspec import Struct, field

from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import mesh_folder
from tests.wire.laneway_up import Up
from tests.wire.saving import save

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
TURN = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: turn, namespace: elsewhere, labels: {{turn: '{number}'}}}}
"""
"""An object that changes nothing, so that the mesh says when it has followed all before it."""


class Standing(Struct, dict=True):
    """The mesh, the folder it follows, and the folder of its state."""

    up: Up
    sample: Path
    state: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.whole = {file.name: file.read_text() for file in self.sample.iterdir()}
        self.start = len(self.up.said)

    def begin(self) -> None:
        """Bring the files back to what they were; the mesh has followed when this returns."""
        if any(self._restored()):
            save(self.sample / "turn.yaml", TURN.format(number=next(self.numbers)))
            self.up.until("AuthorizationPolicy elsewhere/turn changed")
            self.whole["turn.yaml"] = (self.sample / "turn.yaml").read_text()
        del self.up.said[self.start :]

    def _restored(self) -> list[str]:
        """Write each file anew that is not as it was; return their names."""
        here = {file.name: file.read_text() for file in self.sample.iterdir()}
        names = here.keys() | self.whole.keys()
        others = [name for name in names if here.get(name) != self.whole.get(name)]
        for name in others:
            if name in self.whole:
                save(self.sample / name, self.whole[name])
            else:
                (self.sample / name).unlink()
        return others


@contextmanager
def standing_mesh(path: Path, *arguments: str) -> Iterator[Standing]:
    """Run the sample's mesh in a folder, and end it."""
    sample = Path(shutil.copytree(EXAMPLE, path / "sample"))
    (sample / "turn.yaml").write_text(TURN.format(number=0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(path / "state"))
        folder = mesh_folder("default", os.environ)
        up = Up(str(sample), *arguments)
    try:
        yield Standing(up.ready(), sample, path / "state")
    finally:
        up.stop()
        bring_down(folder)
