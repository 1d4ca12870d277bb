"""Reads Istio's security kinds.

Comes in: a cursor on the object. Goes out: the typed object, or nothing when it has no name. What
a rule asks is not read: only whether it asks anything.
https://istio.io/latest/docs/reference/config/security/
"""

from __future__ import annotations

from laneway.core.resources.istio.security import (
    AuthorizationPolicy,
    PeerAuthentication,
    RequestAuthentication,
)
from laneway.core.resources.matching import Labels
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor


def read_authorization_policy(root: Cursor) -> AuthorizationPolicy | None:
    """Read an AuthorizationPolicy. A rule that cannot be read counts as one that asks something."""
    meta = read_meta(root, "AuthorizationPolicy", namespaced=True)
    spec = root.below("spec")
    rules = tuple(rule == {} for rule in spec.items("rules"))
    action = spec.text("action") or "ALLOW"
    if meta is None:
        return None
    return AuthorizationPolicy(meta, _selector(spec), _is_attached(spec), action, rules)


def read_peer_authentication(root: Cursor) -> PeerAuthentication | None:
    """Read a PeerAuthentication; keys of `portLevelMtls` that are no number are left out."""
    meta = read_meta(root, "PeerAuthentication", namespaced=True)
    spec = root.below("spec")
    ports = spec.below("portLevelMtls")
    modes = {
        int(number): ports.below(number).text("mode")
        for number, _ in spec.entries("portLevelMtls")
        if number.isascii() and number.isdigit() and number in ports.raw
    }
    if meta is None:
        return None
    return PeerAuthentication(meta, _selector(spec), spec.below("mtls").text("mode"), modes)


def read_request_authentication(root: Cursor) -> RequestAuthentication | None:
    """Read a RequestAuthentication."""
    meta = read_meta(root, "RequestAuthentication", namespaced=True)
    spec = root.below("spec")
    if meta is None:
        return None
    return RequestAuthentication(meta, _selector(spec), _is_attached(spec))


def _selector(spec: Cursor) -> Labels:
    return spec.below("selector").labels("matchLabels")


def _is_attached(spec: Cursor) -> bool:
    return bool(spec.items("targetRefs")) or spec.mapping("targetRef") is not None
