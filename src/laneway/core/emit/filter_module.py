"""Which module the lane filter is. Written by `wasm/build.py`; do not edit."""

from __future__ import annotations

SHA256 = "7c0543049f33bc4f0310e39ffd6cd62b44a249686545f8b77a08f88ffb5defe3"
"""The digest of the module shipped with the package."""

FILE = f"laneway-{SHA256[:12]}.wasm"
"""The name the module has beside Envoy: another module has another name, so Envoy loads it."""
