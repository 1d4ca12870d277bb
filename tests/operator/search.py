"""Figures of the operator: `./dev figures operator WORD …`, with `--help` behind each word.

`size` says what it weighs and asks for in a large cluster, `groups` the same of many groups, beside
Flagger, `added` how soon a lane that is added is live, `chaos` what becomes of lanes and their
requests when it is killed, cut off and doubled. A word is a module beside this one, with a `main`
that takes the other words.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

WORDS = ("size", "added", "groups", "chaos", "paths")


def main(words: list[str]) -> int:
    """Run what is asked for."""
    there = [one for one in WORDS if Path(__file__).with_name(f"{one}.py").exists()]
    if not words or words[0] not in there:
        sys.stderr.write(f"which figures: {', '.join(there)}?\n")
        return 2
    return int(import_module(f"tests.operator.{words[0]}").main(words[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
