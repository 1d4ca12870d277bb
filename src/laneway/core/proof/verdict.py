"""What a proof says: about each property proven, a counter-example, or undecided.

Two properties are judged. *Isolated*: no request meets a pod outside the lane that answers for its
lane. *Delivered*: no request meets an error nobody intended.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Caller, Protocol
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.request import Request
from laneway.core.routing.plan.route_plan import GatewayPort, Rule

Property = Literal["isolated", "delivered"]
PROPERTIES: tuple[Property, ...] = ("isolated", "delivered")
Verdict = Literal["proven", "counter-example", "undecided"]


class NotReplayedError(AssertionError):
    """A counter-example that the walk does not confirm: a bug of the proof's, never a user's."""


class Who(Struct, frozen=True):
    """Callers whom no rule tells apart. `names` are their workloads; none: imagined ones."""

    caller: Caller
    names: tuple[str, ...] = ()


class Spot(Struct, frozen=True):
    """Where a request is decided: at a gateway's port, or on the way to a service port."""

    host: Host
    port: int
    protocol: Protocol = "http"
    gateway: GatewayPort | None = None
    who: Who | None = None


class Want(Struct, frozen=True):
    """One way to keep a promise: a request of `lane` meets pods of lane `answers` at `host`.

    `by_default` says that neither the caller nor the request names a lane.
    """

    lane: str
    answers: str
    host: Host
    group: str
    by_default: bool = False


class CounterExample(Struct, frozen=True):
    """A request that breaks a promise, and the route that lets it.

    `rule` is None where no route takes it, and then `place` says who should have. `order` names the
    order of objects that it takes, where their age is not known.
    """

    broken: Property
    spot: Spot
    request: Request
    wants: tuple[Want, ...]
    rule: Rule | None
    why: str
    size: tuple[int, ...]
    place: Place | None = None
    elsewhere: int = 0
    order: str = ""


class Doubt(Struct, frozen=True):
    """Something that could not be decided, and the construct that is to blame.

    `about` are the properties it leaves open.
    """

    why: str
    place: Place | None = None
    about: tuple[Property, ...] = PROPERTIES


class Note(Struct, frozen=True):
    """Something beside the verdict: what it takes for granted, or what lanes do not govern."""

    what: str
    place: Place | None = None


class Claim(Struct, frozen=True):
    """The verdict on one property; the smallest counter-example comes first."""

    about: Property
    verdict: Verdict
    against: tuple[CounterExample, ...] = ()


class Scope(Struct, frozen=True):
    """What was looked at: the implementation, and how much of it.

    `since` is why the objects are judged where nobody asked for it and none was generated: one that
    routes a lane service, and which. `unrouted` are the lane services that none of them routes.
    """

    judged: Literal["plan", "objects"]
    objects: int
    services: int
    callers: int
    gateways: int
    imagined: bool
    orders: int = 1
    since: tuple[Ref, Host] | None = None
    unrouted: tuple[Host, ...] = ()


class Proof(Struct, frozen=True):
    """The outcome for a whole input."""

    scope: Scope
    claims: tuple[Claim, ...]
    doubts: tuple[Doubt, ...] = ()
    apart: tuple[Note, ...] = ()
    assumed: tuple[Note, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """A counter-example settles it; without one, any doubt leaves it open."""
        said = {claim.verdict for claim in self.claims}
        if "counter-example" in said:
            return "counter-example"
        return "undecided" if "undecided" in said else "proven"
