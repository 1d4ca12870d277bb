"""What an API server says of whoever asks: who they are, and what they may do.

Comes in: a client. Goes out: a name, and whether a verb is allowed. Everybody who is known to a
server may ask this about themselves.
https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from laneway.adapters.kube.client import Client
from laneway.adapters.kube.errors import Unavailable
from laneway.adapters.kube.kinds import Kind


def _review(group: str, kind: str) -> Kind:
    return Kind(f"{group}.k8s.io", "v1", kind, f"{kind.lower()}s", is_namespaced=False)


_WHO = _review("authentication", "SelfSubjectReview")
_MAY = _review("authorization", "SelfSubjectAccessReview")
_RULES = _review("authorization", "SelfSubjectRulesReview")
T = TypeVar("T")


class _ReviewedUser(Struct):
    username: str = ""


class _WhoStatus(Struct, rename="camel"):
    user_info: _ReviewedUser = field(default_factory=_ReviewedUser)


class _Who(Struct):
    status: _WhoStatus = field(default_factory=_WhoStatus)


class _MayStatus(Struct):
    allowed: bool = False


class _May(Struct):
    status: _MayStatus = field(default_factory=_MayStatus)


class _RuleOfUser(Struct, rename="camel"):
    verbs: list[str] | None = None
    api_groups: list[str] | None = None
    resources: list[str] | None = None
    resource_names: list[str] | None = None


class RulesOfUser(Struct, rename="camel"):
    """What may be done in one namespace. An `incomplete` list may lack rules that hold."""

    resource_rules: list[_RuleOfUser] | None = None
    incomplete: bool = False

    def allow(self, verb: str, kind: Kind) -> bool:
        """Whether a verb is allowed on all objects of a kind there."""
        return any(
            not one.resource_names
            and _names(one.verbs, verb)
            and _names(one.api_groups, kind.group)
            and _names(one.resources, kind.resource)
            for one in self.resource_rules or ()
        )


class _RulesReview(Struct):
    status: RulesOfUser = field(default_factory=RulesOfUser)


def _names(words: Sequence[str] | None, word: str) -> bool:
    return words is not None and (word in words or "*" in words)


async def name_of_user(client: Client) -> str:
    """Return the name by which a server knows who asks. Raises KubeError, NoAccess above all."""
    return (await _asked(client, _WHO, {}, _Who)).status.user_info.username


async def may(  # noqa: PLR0913 - one for each part of the question
    client: Client,
    verb: str,
    kind: Kind,
    namespace: str = "",
    name: str = "",
    *,
    subresource: str = "",
) -> bool:
    """Return whether a verb is allowed on a kind: without a namespace in all of them."""
    asked = {
        "verb": verb,
        "group": kind.group,
        "resource": kind.resource,
        "namespace": namespace,
        "name": name,
        "subresource": subresource,
    }
    found = await _asked(client, _MAY, {"resourceAttributes": asked}, _May)
    return found.status.allowed


async def rules_in(client: Client, namespace: str) -> RulesOfUser:
    """Return what is allowed in a namespace."""
    return (await _asked(client, _RULES, {"namespace": namespace}, _RulesReview)).status


async def _asked(client: Client, kind: Kind, spec: Mapping[str, Any], answer: type[T]) -> T:
    body = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {}, "spec": spec}
    if kind is _WHO:
        del body["spec"]
    raw = await client.create(kind, body)
    try:
        return msgspec.json.decode(raw, type=answer)
    except msgspec.DecodeError as error:
        raise Unavailable(f"{kind.resource}: the answer is no review ({error})") from error
