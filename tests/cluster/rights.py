"""What an account asked of an API server, what it was granted, and whether the one is the other.

Comes in: roles as the chart prints them, and the server's own record of requests. Goes out: rights.
A role is changed and the server's authorizer asked again, as nobody else can say what it grants.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tests.cluster.api_server import ApiServer
from tests.cluster.control_plane import AUDIT_LOG, ROOT, ControlPlane
from tests.cluster.installed import ACCOUNT, NAME

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
ELSEWHERE = "kube-public"
"""A namespace in which nothing but what holds everywhere is granted."""
PATIENCE = 30.0

Json = dict[str, Any]


class Right(Struct, frozen=True, order=True):
    """A verb on a resource (`lanes/status`) of an API group, in a namespace or in none."""

    group: str
    resource: str
    verb: str
    namespace: str = ""


def used(plane: ControlPlane) -> Mapping[Right, set[int]]:
    """Return what the operator's account asked for, with the answers it got.

    An object that server-side apply makes takes the right to create it beside that to patch it.
    """
    found: dict[Right, set[int]] = {}
    for event in _events(plane):
        asked = event.get("objectRef", {})
        if "resource" not in asked:
            continue
        below = f"/{asked['subresource']}" if "subresource" in asked else ""
        right = Right(
            asked.get("apiGroup", ""),
            asked["resource"] + below,
            event["verb"],
            asked.get("namespace", ""),
        )
        code = event["responseStatus"]["code"]
        found.setdefault(right, set()).add(code)
        if (right.verb, code) == ("patch", 201):
            found.setdefault(replace(right, verb="create"), set()).add(code)
    return found


def identities(plane: ControlPlane) -> list[str]:
    """Return the uids of the account that asked, the one that asked first in front.

    A token ends with the account it was issued for, so another uid has shown another token.
    """
    return list(dict.fromkeys(event["user"]["uid"] for event in _events(plane)))


def _events(plane: ControlPlane) -> Iterator[Json]:
    for line in (plane.folder / AUDIT_LOG).read_text().splitlines():
        event = json.loads(line)
        if event["user"]["username"] == ACCOUNT:
            yield event


def granted(role: Json, rule: Json) -> Iterator[Right]:
    """Yield the rights of one rule of a role."""
    namespace = role["metadata"].get("namespace", "")
    for group in rule["apiGroups"]:
        for resource in rule["resources"]:
            for verb in rule["verbs"]:
                yield Right(group, resource, verb, namespace)


def account_of(plane: ControlPlane) -> ApiServer:
    """Return the API server as it is asked with a token of the operator's account."""
    path = f"/api/v1/namespaces/{ROOT}/serviceaccounts/{NAME}/token"
    token = plane.api.ask(path, "POST", {"spec": {}})["status"]["token"]
    return replace(plane.api, token=token)


def has(account: ApiServer, namespace: str) -> set[Right]:
    """Return every right that the server's authorizer grants an account in a namespace."""
    told = account.ask(REVIEWS, "POST", {"spec": {"namespace": namespace or ELSEWHERE}})
    whole = {"metadata": {"namespace": namespace}}
    return {one for rule in told["status"]["resourceRules"] for one in granted(whole, rule)}


def without(plane: ControlPlane, account: ApiServer, role: Json, rule: Json) -> set[Right]:
    """Return what a rule grants that is granted without it as well; its role gets it back."""
    head = role["metadata"]
    namespace = head.get("namespace", "")
    home = f"/namespaces/{namespace}" if namespace else ""
    path = f"{RBAC}{home}/{role['kind'].lower()}s/{head['name']}"
    rights = set(granted(role, rule))
    others = {right for one in role["rules"] if one != rule for right in granted(role, one)}
    rest = [one for one in role["rules"] if one != rule]
    plane.api.ask(path, "PUT", {**role, "rules": rest})
    left = _settled(account, namespace, lambda found: not rights - others <= found)
    plane.api.ask(path, "PUT", role)
    _settled(account, namespace, lambda found: rights <= found)
    return (rights - others) & left


def _settled(
    account: ApiServer, namespace: str, is_heard: Callable[[set[Right]], bool]
) -> set[Right]:
    """Return an account's rights once the authorizer has heard of a change."""
    until = time.monotonic() + PATIENCE
    while not is_heard(found := has(account, namespace)) and time.monotonic() < until:
        time.sleep(0.01)
    return found
