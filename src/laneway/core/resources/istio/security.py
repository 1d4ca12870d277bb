"""Istio kinds that refuse requests: AuthorizationPolicy, PeerAuthentication, RequestAuthentication.

https://istio.io/latest/docs/reference/config/security/
Typed is whom they concern and what tells whether they can refuse at all; what a rule asks of a
request stays unread.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta

DRY_RUN = "istio.io/dry-run"
"""An annotation; with `true` a policy is only logged."""


class AuthorizationPolicy(Struct, frozen=True):
    """An AuthorizationPolicy. `rules` says of each rule whether it is met by every request.

    `attached`: it names what it is for (`targetRefs`), so proxies of plain pods pass it by.
    """

    meta: Meta
    selector: Labels = ()
    attached: bool = False
    action: str = "ALLOW"
    rules: tuple[bool, ...] = ()

    @property
    def is_enforced(self) -> bool:
        """Whether it can refuse: nothing is refused for being logged or audited."""
        return self.meta.annotations.get(DRY_RUN) != "true" and self.action != "AUDIT"


class PeerAuthentication(Struct, frozen=True):
    """A PeerAuthentication. Modes are as written; empty or UNSET: the next wider one's.

    `ports` holds the mode of each container port that has one of its own.
    """

    meta: Meta
    selector: Labels = ()
    mode: str = ""
    ports: Mapping[int, str] = {}


class RequestAuthentication(Struct, frozen=True):
    """A RequestAuthentication: only whom it concerns. A request without a token passes it."""

    meta: Meta
    selector: Labels = ()
    attached: bool = False


Security = AuthorizationPolicy | PeerAuthentication | RequestAuthentication
