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


class IstiodCredentials(Struct, frozen=True):
    """Where the token (audience `istio-ca`) and istiod's root certificate lie; None: neither."""

    token: Path | None = None
    root: Path | None = None

    @property
    def has_token(self) -> bool:
        """Whether there is a token to show."""
        return self.token is not None and self.token.exists()

    @property
    def has_root(self) -> bool:
        """Whether there is something to hold istiod's certificate against."""
        return self.root is not None and self.root.exists()

    def headers(self) -> dict[str, str]:
        """Return the headers that show the token, read now."""
        text = self._text()
        return {"authorization": f"Bearer {text}"} if text else {}

    def namespace(self) -> str:
        """Return the namespace of the account whose token it is; empty where it does not say."""
        return _namespace(self._text())

    def _text(self) -> str:
        """Return the token; one that cannot be read is none."""
        try:
            return self.token.read_text().strip() if self.token is not None else ""
        except (OSError, ValueError):
            return ""

    def trust(self) -> ssl.SSLContext | None:
        """Return what istiod's certificate is held against; None where nobody said.

        Raises OSError where it is no certificate.
        """
        if not self.has_root:
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
