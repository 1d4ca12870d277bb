"""A policy that refuses requests in words, and whom it keeps from being answered.

Comes in: a policy and where it stands before lanes. Goes out: its finding, whichever of the two
codes it has.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.routing.ask.guarded import Guarded
from laneway.core.rules.questions.words import counted, listing, short_host


def said_of(code: Code, one: Guarded) -> Finding:
    """Return the finding of a code about a policy."""
    meta = one.policy.meta
    words = {"policy": meta.ref, "whom": whom(one)}
    return finding(code, meta.place("metadata", "name"), str(meta.ref), **words)


def whom(one: Guarded) -> str:
    """Say which pods a policy stands before."""
    pods = f"the pods of {listing(short_host(host) for host in one.hosts)}" if one.hosts else ""
    doors = counted("gateway", list(one.gateways)) if one.gateways else ""
    return " and ".join(filter(None, (doors, pods)))
