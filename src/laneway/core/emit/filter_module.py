"""Which module the lane filter is. Written by `wasm/build.py`; do not edit."""

from __future__ import annotations

SHA256 = "b66ba06b848b199d101bdc806a32ca30c42e6adb0e807a1f9b3896ea981dd0e9"
"""The digest of the module shipped with the package."""

FILE = f"laneway-{SHA256[:12]}.wasm"
"""The name the module has beside Envoy: another module has another name, so Envoy loads it."""
