"""The long search: `python -m tests.spoiled.search --inputs 20000 --seed 1`.

Draws inputs of which one field is spoiled and runs every command on each, in this process. Prints
how often each command ended with which code, and each way of breaking the law once, with the input
that showed it first. Ends with 1 if there is any.
"""

from __future__ import annotations

import argparse
import gc
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.spoiled.inputs import inputs
from tests.spoiled.law import Ended, Ground, held
from tests.spoiled.sharing import shared

LOT = 250


class Tally:
    """How commands ended, and what broke the law."""

    def __init__(self) -> None:
        self.inputs = 0
        self.is_broken_off = False
        self.codes: Counter[tuple[str, int]] = Counter()
        self.broken: dict[str, list[str]] = {}

    def add(self, one: object, how: Ended) -> None:
        """Count an ending."""
        self.codes[how.command, how.code] += 1
        if how.trouble:
            self.broken.setdefault(_cause(how.trouble), []).append(
                f"{one}\n{how.command}: {how.trouble}"
            )

    def table(self) -> str:
        """Return the counts, a line for each command."""
        codes = sorted({code for _, code in self.codes})
        names = list(dict.fromkeys(name for name, _ in self.codes))
        width = max(map(len, names))
        rows = [f"{'COMMAND':{width}}" + "".join(f"{code:>8}" for code in codes)]
        rows += [
            f"{name:{width}}" + "".join(f"{self.codes[name, code]:>8}" for code in codes)
            for name in names
        ]
        return "\n".join(rows)


def _cause(trouble: str) -> str:
    """Return what breaks the law of one cause have in common: where it was raised."""
    places = re.findall(r'File "[^"]*/(src|tests)/(\S+)", line (\d+)', trouble)
    last = trouble.strip().splitlines()[-1]
    return f"{places[-1][1]}:{places[-1][2]}" if places else last[:100]


def search(count: int, seed: int, skip: int, tally: Tally) -> None:
    """Run every command on inputs, and say how far it is; Ctrl-C ends it early."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, shared():
        ground = Ground(Path(folder))
        for one in inputs(count, seed, skip):
            for how in held(one, ground):
                tally.add(one, how)
            tally.inputs += 1
            if tally.is_broken_off:
                return
            if tally.inputs % LOT == 0:
                gc.collect()
                took = time.monotonic() - began
                said = f"{took:6.0f} s  {tally.inputs} inputs, {len(tally.broken)} causes\n"
                sys.stderr.write(said)


def main() -> int:
    """Search until the wanted number of inputs is reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="leave out the first ones drawn")
    options = parser.parse_args()
    tally = Tally()
    # Told by a signal of its own: an interrupt would end a command, which is no way to break off.
    signal.signal(signal.SIGINT, lambda *_: setattr(tally, "is_broken_off", True))
    search(options.inputs, options.seed, options.skip, tally)
    sys.stdout.write(f"{tally.inputs} inputs, seed {options.seed}\n{tally.table()}\n")
    for cause, found in sorted(tally.broken.items(), key=lambda pair: -len(pair[1])):
        sys.stdout.write(f"\n{len(found)} times {cause}\n{found[0]}\n")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
