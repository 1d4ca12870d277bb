"""The forms as values, as they travel in JSON.

Comes in: what a person filled in. Goes out: the same, frozen. Every form is complete: what it does
not name is not there. Names and order of the fields are those of the vendor's panels.
https://www.alibabacloud.com/help/en/asm/sidecar/use-full-link-grayscale-swim-lane-mode-in-asm
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from laneway.core.mesh.propagation import ListCarrier

Mode = Literal["strict", "permissive"]
Context = Literal["", "traceId", "customHeader", ListCarrier]
Strategy = Literal["rule_based", "weighted"]
UriMethod = Literal["exact", "prefix", "regex"]
HeaderMethod = Literal["exact", "prefix", "regex", "present"]


class ServiceName(Struct, frozen=True, order=True):
    """A Kubernetes Service."""

    namespace: str
    name: str

    def __str__(self) -> str:
        """Return `namespace/name`."""
        return f"{self.namespace}/{self.name}"


class UriForm(Struct, frozen=True, rename="camel"):
    """A condition on the path; without content there is none."""

    method: UriMethod = "exact"
    content: str = ""


class HeaderForm(Struct, frozen=True, rename="camel"):
    """A condition on a header; one that is `present` has no value."""

    name: str
    method: HeaderMethod = "exact"
    value: str = ""


class MatchForm(Struct, frozen=True, rename="camel"):
    """Conditions on a request, all of which hold."""

    uri: UriForm = UriForm()
    headers: tuple[HeaderForm, ...] = ()


class GroupForm(Struct, frozen=True, rename="camel", tag_field="kind", tag="group"):
    """A lane group. `gateway` is `namespace/name` of a Gateway.

    `context` says how a permissive group's lane travels: by the id of a trace in
    `trace_header`, by the route header itself, or in a list. `stand_ins` are lanes that answer at
    single services, by `namespace/name`. `hosts` and `matches` are those before a weighted split.
    """

    name: str
    gateway: str = ""
    mode: Mode = "strict"
    context: Context = ""
    trace_header: str = ""
    route_header: str = ""
    services: tuple[ServiceName, ...] = ()
    strategy: Strategy = "rule_based"
    hosts: tuple[str, ...] = ()
    matches: tuple[MatchForm, ...] = ()
    baseline: str = ""
    stand_ins: Mapping[str, str] = {}


class LaneForm(Struct, frozen=True, rename="camel", tag_field="kind", tag="lane"):
    """A lane: its service tag is one label of its pods; no services mean all of its group."""

    name: str
    group: str = ""
    label_name: str = ""
    label_value: str = ""
    services: tuple[ServiceName, ...] = ()


class RuleForm(Struct, frozen=True, rename="camel", tag_field="kind", tag="rule"):
    """An entry rule of a lane. `service` is the host that requests enter by.

    `host` holds what the vendor's panel calls the realm name, one or several.
    """

    lane: str
    service: str = ""
    port: int | None = None
    rule_name: str = ""
    host: tuple[str, ...] = ()
    uri: UriForm = UriForm()
    headers: tuple[HeaderForm, ...] = ()
    online: bool = True


class WeightsForm(Struct, frozen=True, rename="camel", tag_field="kind", tag="weights"):
    """The shares of a group's lanes, by name. They add up to 100.

    `service` is the host that requests enter by where a lane has no share yet; without it that of
    the other lanes.
    """

    group: str
    weights: Mapping[str, int] = {}
    service: str = ""


class InjectionForm(Struct, frozen=True, rename="camel", tag_field="kind", tag="injection"):
    """Whether pods of a namespace get a sidecar, and of which revision of Istio if it matters."""

    name: str
    on: bool = True
    revision: str = ""


ObjectForm = GroupForm | LaneForm | RuleForm
Form = ObjectForm | WeightsForm | InjectionForm


class Removal(Struct, frozen=True, rename="camel", tag_field="kind", tag="removal"):
    """What is to go: a group, a lane, or the rule of a lane at a position.

    A group goes with its lanes if that `with_lanes` says; a lane with its workloads and services if
    that `with_workloads` says, of those that nothing else uses.
    """

    what: Literal["group", "lane", "rule"]
    name: str
    rule: int | None = None
    with_lanes: bool = False
    with_workloads: bool = False


class ShownForm(Struct, frozen=True, rename="camel"):
    """An object as a form shows it, and the file it is in.

    `is_plain` is false where it holds what the form does not show, which `reason` names: that stays
    as it is. `position` is that of a rule in its lane. `version` changes when anything in the
    object does; `head` is the commit it was read at, where history is kept.
    """

    form: Form
    file: str = ""
    position: int | None = None
    is_plain: bool = True
    reason: str = ""
    version: str = ""
    head: str = ""


class FormEdit(Struct, frozen=True, rename="camel"):
    """What a person wants: a form, what it showed before it was changed, and a file for a new one.

    Without `shown` it is a new object, or a new rule at the end of its lane. `despite_errors` has
    it written where `check` would find errors that were not there before; `take_over` where others
    edited the same fields of a cluster's object once.
    """

    form: Form | Removal
    shown: ShownForm | None = None
    file: str = ""
    despite_errors: bool = False
    take_over: bool = False


def object_of(edit: FormEdit) -> tuple[str, str]:
    """Return what an edit is of, a kind and a name: group, lane, weights or injection.

    A rule is its lane's.

    >>> object_of(FormEdit(RuleForm("s1")))
    ('lane', 's1')
    """
    form = edit.form
    if isinstance(form, Removal):
        return ("group" if form.what == "group" else "lane"), form.name
    if isinstance(form, WeightsForm):
        return "weights", form.group
    if isinstance(form, RuleForm):
        return "lane", form.lane
    if isinstance(form, InjectionForm):
        return "injection", form.name
    return ("group" if isinstance(form, GroupForm) else "lane"), form.name
