"""Which module the lane filter is. Written by `wasm/build.py`; do not edit."""

from __future__ import annotations

SHA256 = "3db515b0cc12eac16fd46fe90545a21d949144e46d263b56c32660444a87e3af"
"""The digest of the module shipped with the package."""

FILE = f"laneway-{SHA256[:12]}.wasm"
"""The name the module has beside Envoy: another module has another name, so Envoy loads it."""
