"""Which module the lane filter is. Written by `wasm/build.py`; do not edit."""

from __future__ import annotations

SHA256 = "fea2276e935421d8e31f452c1123904ba2c2b6296b333551ad05b7e68d8cd315"
"""The digest of the module shipped with the package."""

FILE = f"laneway-{SHA256[:12]}.wasm"
"""The name the module has beside Envoy: another module has another name, so Envoy loads it."""
