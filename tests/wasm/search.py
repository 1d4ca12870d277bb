"""Many requests for the filter's readers, under sanitizers: `./dev figures wasm`.

The filter is compiled for this machine with `wasm/fuzz/fuzz.c` in Envoy's place. That draws ids in
every spelling and baggage of all kinds, spoils a part of them, and holds what comes out against
what the filter promises. AddressSanitizer and UndefinedBehaviorSanitizer end it at the first fault.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.wire.toolchains import the_machines

SOURCES = Path(__file__).parents[2] / "wasm"
FLAGS = (
    *("-std=gnu17", "-O1", "-g", "-Wall", "-Wextra", "-Wno-attributes"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)


def built(folder: Path, compiler: str) -> Path:
    """Compile the filter and what asks it; return the program."""
    program = folder / "fuzz"
    sources = [str(path) for path in (SOURCES / "fuzz" / "fuzz.c", *sorted(SOURCES.glob("*.c")))]
    command = [compiler, *FLAGS, "-o", str(program), *sources]
    subprocess.run(command, check=True)
    return program


def run(program: Path, operations: int, seed: int) -> str:
    """Let it draw; return its last line. Raises CalledProcessError at a fault, which it prints."""
    command = [str(program), str(operations), str(seed)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def main(words: list[str]) -> int:
    """Draw, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.wasm.search")
    parser.add_argument("--operations", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=18)
    told = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="laneway-fuzz-") as folder:
        program = built(Path(folder), the_machines("gcc"))
        said = run(program, told.operations, told.seed)
    sys.stdout.write(f"seed {told.seed}: {said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
