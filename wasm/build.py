"""Builds the lane filter: C in, one WebAssembly module out, the same bytes on every machine.

The compiler is a pinned package of the lock file and links no library, so nothing else can change
the outcome. The module's digest is written beside it, for whoever has to name the module without
reading it. `just wasm` runs this; a test builds anew and compares.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parent
PACKAGE = SOURCES.parent / "src" / "laneway"
MODULE = PACKAGE / "adapters" / "envoy" / "laneway.wasm"
DIGEST = PACKAGE / "core" / "emit" / "filter_module.py"

FLAGS = (
    "--target=wasm32-freestanding",
    "-mcpu=baseline+bulk_memory",  # copies are one instruction: there is no libc to call
    *("-std=c17", "-O2", "-s", "-nostdlib"),
    *("-Wall", "-Wextra", "-Werror"),
    "-fno-sanitize=all",  # its traps would need a run time; lengths are checked where text is read
    *("-Wl,--no-entry", "-Wl,-z,stack-size=65536"),
)


def build(module: Path) -> None:
    """Compile the sources into a module. Raises CalledProcessError when they do not compile."""
    sources = sorted(path.name for path in SOURCES.glob("*.c"))
    with tempfile.TemporaryDirectory(prefix="laneway-wasm-") as cache:
        command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, "-o", str(module), *sources]
        places = {"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
        subprocess.run(command, cwd=SOURCES, env=os.environ | places, check=True)
    module.chmod(0o644)


def digest_file(module: bytes) -> str:
    """Return the text of the file that names a module by its digest."""
    return f'''"""Which module the lane filter is. Written by `wasm/build.py`; do not edit."""

from __future__ import annotations

SHA256 = "{hashlib.sha256(module).hexdigest()}"
"""The digest of the module shipped with the package."""

FILE = f"laneway-{{SHA256[:12]}}.wasm"
"""The name the module has beside Envoy: another module has another name, so Envoy loads it."""
'''


def main() -> None:
    """Build the module of the package, and say what came out."""
    build(MODULE)
    module = MODULE.read_bytes()
    DIGEST.write_text(digest_file(module), encoding="utf-8")
    print(f"{len(module)} bytes, sha256 {hashlib.sha256(module).hexdigest()}")


if __name__ == "__main__":
    main()
