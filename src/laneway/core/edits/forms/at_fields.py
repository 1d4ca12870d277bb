"""Findings at the fields of a form, by the places they speak of.

Comes in: a form, where its object is, findings. Goes out: each with the field it is about, empty
for one that is about none. Rules know no forms: a place in the object is all that leads here, so a
rule that is added speaks at the field it is about by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from laneway.core.edits.forms.values import Form, GroupForm, LaneForm, MatchForm, RuleForm
from laneway.core.findings.codes import reading, releasing
from laneway.core.findings.finding import Finding, Level
from laneway.core.findings.place import Place, Step
from laneway.core.resources.lanes.read_swim_lanes import GROUP_LABEL
from laneway.core.resources.meta import Meta

_BY_CODE = {
    releasing.NAME_TAKEN: "name",
    releasing.NAME_STAYS: "name",
    releasing.TAKES_NO_OBJECT: "file",
    releasing.NOT_100: "weights",
    releasing.NO_SUCH_LANE: "weights",
    releasing.NOT_IN_A_SPLIT: "weights",
}
"""What drafting finds, of which there is no place in an object yet."""
_GROUP: tuple[tuple[tuple[Step, ...], str], ...] = (
    (("metadata", "name"), "name"),
    (("spec", "ingress", "ingressRouting", "ingressRoutingStrategy"), "strategy"),
    (("spec", "ingress", "ingressRouting", "weightedRoutingRule", "hosts"), "hosts"),
    (("spec", "ingress", "ingressRouting"), "strategy"),
    (("spec", "ingress"), "gateway"),
    (("spec", "services"), "services"),
    (("spec", "isPermissive"), "mode"),
    (("spec", "permissiveModeConfiguration", "fallbackTarget"), "baseline"),
    (("spec", "permissiveModeConfiguration", "serviceLevelFallbackTarget"), "standIns"),
    (("spec", "permissiveModeConfiguration", "traceHeader"), "traceHeader"),
    (("spec", "permissiveModeConfiguration", "routeHeader"), "routeHeader"),
    (("spec", "permissiveModeConfiguration"), "context"),
    (("metadata",), "name"),
)
_LANE: tuple[tuple[tuple[Step, ...], str], ...] = (
    (("metadata", "name"), "name"),
    (("metadata", "labels", GROUP_LABEL), "group"),
    (("spec", "services"), "services"),
    (("metadata",), "name"),
)
_RULE: tuple[tuple[tuple[Step, ...], str], ...] = (
    (("name",), "ruleName"),
    (("online",), "online"),
    (("hosts",), "host"),
    (("match", "uri"), "uri.content"),
    (("route", "destination", "portNum"), "port"),
    (("route",), "service"),
)
_MATCHES = ("spec", "ingress", "ingressRouting", "weightedRoutingRule", "requestMatches")


class FieldFinding(Struct, frozen=True, rename="camel"):
    """A finding at a field, `uri.content` or `headers.0.value`; an empty field is the whole form.

    `is_new` tells what the edit brings from what was there before.
    """

    field: str
    code: str
    level: Level
    message: str
    why: str
    fix: str
    is_new: bool = True


class ObjectPlace(Struct, frozen=True):
    """Where a form's object is; `rule` is the position of a rule in its lane."""

    meta: Meta
    rule: int | None = None

    def path_of(self, place: Place | None) -> tuple[Step, ...] | None:
        """Return the path of a place inside the object; None where it is elsewhere."""
        prefix = self.meta.prefix
        if place is None or place.source != self.meta.source:
            return None
        return place.path[len(prefix) :] if place.path[: len(prefix)] == prefix else None


def at_field(
    one: Finding, form: Form, there: ObjectPlace | None, *, is_new: bool = True
) -> FieldFinding:
    """Return a finding at its field."""
    field = _BY_CODE.get(one.code, "")
    path = there.path_of(one.place) if there else None
    if there is None and one.code is reading.HALF_OBJECT and one.place:
        path = one.place.path  # the object itself: nothing else of it can be read
    if not field and path is not None and one.place is not None:
        field = field_of(form, path, there.rule if there else None, is_key=one.place.is_key)
    code = one.code
    return FieldFinding(field, code.id, one.level, one.message, code.why, one.fix, is_new)


def field_of(
    form: Form, path: Sequence[Step], rule: int | None = None, *, is_key: bool = False
) -> str:
    """Return the field that shows what is written at a path of the object.

    >>> field_of(LaneForm("s1"), ("spec", "labelSelector", "version"))
    'labelValue'
    >>> field_of(RuleForm("s1"), ("spec", "ingressRules", 0, "match", "uri", "regex"), 0)
    'uri.content'
    """
    if isinstance(form, GroupForm):
        if _begins(path, _MATCHES):
            return _of_match("matches", form.matches, path[len(_MATCHES) :], is_key=is_key)
        return _listed(path, _GROUP)
    if isinstance(form, LaneForm):
        if _begins(path, ("spec", "labelSelector")):
            return "labelName" if is_key or len(path) < 3 else "labelValue"
        return _listed(path, _LANE)
    if isinstance(form, RuleForm):
        return _of_rule(form, path, rule, is_key=is_key)
    return "weights" if "ingressWeight" in path or "weight" in path or "route" in path else ""


def _of_rule(form: RuleForm, path: Sequence[Step], rule: int | None, *, is_key: bool) -> str:
    own = ("spec", "ingressRules", *(() if rule is None else (rule,)))
    if not _begins(path, own):
        return "lane" if _begins(path, ("metadata", "name")) else ""
    inner = path[len(own) :]
    if _begins(inner, ("match", "headers")):
        return _of_header(form.headers, inner[2:], is_key=is_key)
    return _listed(inner, _RULE)


def _of_match(
    name: str, matches: Sequence[MatchForm], path: Sequence[Step], *, is_key: bool
) -> str:
    if len(path) < 2 or not isinstance(path[0], int) or path[0] >= len(matches):
        return name
    at = f"{name}.{path[0]}"
    if path[1] == "uri":
        return f"{at}.uri.content"
    return f"{at}.{_of_header(matches[path[0]].headers, path[2:], is_key=is_key)}"


def _of_header(headers: Sequence[object], path: Sequence[Step], *, is_key: bool) -> str:
    names = [getattr(one, "name", "") for one in headers]
    if not path or path[0] not in names:
        return "headers"
    end = "name" if is_key and len(path) == 1 else "value"
    return f"headers.{names.index(str(path[0]))}.{end}"


def _listed(path: Sequence[Step], table: Iterable[tuple[tuple[Step, ...], str]]) -> str:
    """Return the field of the first row that a path begins with, with the position in a list."""
    for begin, field in table:
        if _begins(path, begin):
            rest = path[len(begin) :]
            return f"{field}.{rest[0]}" if rest and isinstance(rest[0], int) else field
    return ""


def _begins(path: Sequence[Step], begin: Sequence[Step]) -> bool:
    return tuple(path[: len(begin)]) == tuple(begin)
