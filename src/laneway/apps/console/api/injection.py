"""The switch for sidecar injection in a namespace, where it is an object that the user may write.

https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from msgspec import Struct

from laneway.adapters.kube import Conflict, Forbidden, KubeError, NoAccess, NotFound
from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused, Parameter

LATER = "Pods that run keep what they have: restart their workloads to have them follow."
_ELSEWHERE = CallRefused(
    409,
    "Injection is not switched here",
    "It is a label of the namespace, which stands in a file: an edit of the form `injection`.",
)


@runtime_checkable
class SwitchesInjection(Protocol):
    """A ground whose namespaces are objects that a user may write. Each raises KubeError."""

    async def may_switch_injection(self, name: str) -> bool:
        """Return whether the user may."""

    async def switch_injection(
        self, name: str, *, on: bool, revision: str = ""
    ) -> dict[str, str | None]:
        """Switch it, and return the labels that changed."""


class InjectionAnswer(Struct, frozen=True, rename="camel"):
    """Whether the user may switch it, and why not."""

    may: bool
    why: str = ""


class InjectionWanted(Struct, frozen=True, rename="camel"):
    """Whether pods are to get a sidecar, and of which revision of Istio, if of a certain one."""

    on: bool
    revision: str = ""


class InjectionSwitched(Struct, frozen=True, rename="camel"):
    """What was changed: labels, None for those that were taken away."""

    labels: dict[str, str | None]
    note: str = LATER


async def _may(asked: CallAsked) -> InjectionAnswer:
    ground = asked.ground
    if not isinstance(ground, SwitchesInjection):
        return InjectionAnswer(may=False, why=_ELSEWHERE.detail)
    try:
        may = await ground.may_switch_injection(asked.words["name"])
    except KubeError as error:
        raise refusal_of(error) from None
    return InjectionAnswer(may, "" if may else "You may not patch this namespace.")


async def _switch(asked: CallAsked) -> InjectionSwitched:
    ground, wanted = asked.ground, asked.body
    if not isinstance(ground, SwitchesInjection):
        raise _ELSEWHERE
    try:
        labels = await ground.switch_injection(
            asked.words["name"], on=wanted.on, revision=wanted.revision
        )
    except KubeError as error:
        raise refusal_of(error) from None
    return InjectionSwitched(labels)


def refusal_of(error: KubeError) -> CallRefused:
    """Return what a refusal of the cluster is for whoever asked."""
    told = (
        (NoAccess, 401, "The cluster does not know you any more"),
        (Forbidden, 403, "You may not do that"),
        (NotFound, 404, "The cluster has no such object"),
        (Conflict, 409, "It is another by now"),
    )
    for kind, status, title in told:
        if isinstance(error, kind):
            return CallRefused(status, title, str(error))
    return CallRefused(502, "The cluster did not do it", str(error))


_NAME = (Parameter("name", "of the namespace"),)
CALLS = (
    ApiCall(
        "GET",
        "/namespaces/{name}/injection",
        "Whether sidecar injection may be switched in a namespace",
        _may,
        InjectionAnswer,
        parameters=_NAME,
    ),
    ApiCall(
        "PUT",
        "/namespaces/{name}/injection",
        "Switch sidecar injection in a namespace",
        _switch,
        InjectionSwitched,
        takes=InjectionWanted,
        parameters=_NAME,
        writes=True,
    ),
)
