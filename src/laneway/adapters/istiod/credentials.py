"""Who asks istiod: a token of a service account, and the certificate by which istiod is known.

Comes in: files, as the chart mounts them. Goes out: what a connection needs. The token is rotated
while a process runs, so its file is read for each connection. It is never sent to the port without
TLS on which proxies ask.
https://istio.io/latest/docs/ops/best-practices/security/#configure-third-party-service-account-tokens
"""

from __future__ import annotations

import base64
import json
import ssl
from pathlib import Path

from msgspec import Struct

SERVER = "istiod.istio-system.svc"
"""The name in istiod's certificate, whatever address it is asked at."""


class IstiodCredentials(Struct, frozen=True):
    """Where the token (audience `istio-ca`) and istiod's root certificate lie; None: neither."""

    token: Path | None = None
    root: Path | None = None
    server: str = SERVER

    @property
    def has_token(self) -> bool:
        """Whether there is a token to show."""
        return self.token is not None and self.token.exists()

    def headers(self) -> dict[str, str]:
        """Return the headers that show the token, read now."""
        if self.token is None or not self.has_token:
            return {}
        return {"authorization": f"Bearer {self.token.read_text().strip()}"}

    def namespace(self) -> str:
        """Return the namespace of the account whose token it is; empty where it does not say."""
        if self.token is None or not self.has_token:
            return ""
        return _namespace(self.token.read_text().strip())

    def trust(self) -> ssl.SSLContext | None:
        """Return what istiod's certificate is held against; None where nobody said."""
        if self.root is None or not self.root.exists():
            return None
        context = ssl.create_default_context(cafile=str(self.root))
        context.set_alpn_protocols(["h2"])
        return context


def _namespace(token: str) -> str:
    """Read the namespace of `system:serviceaccount:NAMESPACE:NAME`, which is the token's subject.

    Whether the token is genuine is istiod's to say.
    """
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        parts = str(claims.get("sub", "")).split(":")
    except (ValueError, AttributeError):
        return ""
    return parts[2] if len(parts) == 4 else ""
