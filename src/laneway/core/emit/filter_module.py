"""Which module the lane filter is. Written by `wasm/build.py`; do not edit."""

from __future__ import annotations

SHA256 = "4eef37c99e395e12b5d066a62ca500e71181ec539fbffa9dad07087875feeacd"
"""The digest of the module shipped with the package."""

FILE = f"laneway-{SHA256[:12]}.wasm"
"""The name the module has beside Envoy: another module has another name, so Envoy loads it."""
