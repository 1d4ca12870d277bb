"""Forms: what they offer and show, what an edit would be, and the edit itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from msgspec import Struct

from laneway.adapters.git import GitError
from laneway.adapters.kube import KubeError
from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused, Parameter
from laneway.apps.console.api.injection import refusal_of
from laneway.apps.console.seams import EditingWay
from laneway.core.edits.forms.filled import new_group, new_lane, new_rule
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.offers import Offers
from laneway.core.edits.forms.placing import proposed_file
from laneway.core.edits.forms.showing import (
    shown_group,
    shown_lane,
    shown_rule,
    shown_rules,
    shown_weights,
)
from laneway.core.edits.forms.values import Form, FormEdit, ShownForm
from laneway.core.mesh.mesh import Mesh
from laneway.core.views.form_outcome import EditWritten
from laneway.core.views.form_preview import Preview

Asking = Callable[[CallAsked], Awaitable[Any]]
_GONE = "It was removed, or it has another name by now."


class NewForm(Struct, frozen=True):
    """What a form of a new object begins with, and the file it would go into."""

    form: Form
    file: str = ""


class RulesShown(Struct, frozen=True):
    """The entry rules of a lane, each as its form."""

    rules: Sequence[ShownForm]


class EditSeen(Struct, frozen=True):
    """What an edit would be, or what somebody else changed since its form was read."""

    preview: Preview | None = None
    conflict: EditConflict | None = None


def _reached(run: Asking) -> Asking:
    """Have a call refused where the outside fails: a file, a repository, a cluster."""

    async def asked_for(asked: CallAsked) -> Any:
        try:
            return await run(asked)
        except KubeError as error:
            raise refusal_of(error) from error
        except (OSError, GitError) as error:
            raise CallRefused(502, "It could not be read or written", str(error)) from error

    return asked_for


def _way(asked: CallAsked) -> EditingWay:
    """Return the way in which edits are written. Raises CallRefused where there is none."""
    way = asked.ground.way
    if way is None:
        raise CallRefused(403, "Nothing is edited here", asked.ground.why_no_way)
    return way


async def _offers(asked: CallAsked) -> Offers:
    return await _way(asked).offers()


async def _new(asked: CallAsked) -> NewForm:
    mesh, kind, of = await _way(asked).mesh(), asked.words["kind"], asked.words.get("of", "")
    if kind == "group":
        form: Form = new_group(mesh)
    elif kind == "lane":
        form = new_lane(mesh, of)
    elif kind == "rule" and shown_lane(mesh, of):
        return NewForm(new_rule(mesh, of))
    else:
        raise CallRefused(404, f"There is no new {kind} {of}".rstrip())
    return NewForm(form, proposed_file(mesh, form))


async def _shown(asked: CallAsked) -> ShownForm:
    kind, name = asked.words["kind"], asked.words["name"]
    found = _of_kind(await _way(asked).mesh(), kind, name, asked.words.get("position", 0))
    if found is None:
        raise CallRefused(404, f"There is no {kind} {name}", _GONE)
    return found


def _of_kind(mesh: Mesh, kind: str, name: str, position: int) -> ShownForm | None:
    if kind == "rule":
        return shown_rule(mesh, name, position)
    shows = {"group": shown_group, "lane": shown_lane, "weights": shown_weights}
    return shows[kind](mesh, name) if kind in shows else None


async def _rules(asked: CallAsked) -> RulesShown:
    mesh, lane = await _way(asked).mesh(), asked.words["lane"]
    if shown_lane(mesh, lane) is None:
        raise CallRefused(404, f"There is no lane {lane}", _GONE)
    return RulesShown(shown_rules(mesh, lane))


async def _preview(asked: CallAsked) -> EditSeen:
    edit: FormEdit = asked.body
    found = await _way(asked).preview(edit)
    return EditSeen(conflict=found) if isinstance(found, EditConflict) else EditSeen(found)


async def _apply(asked: CallAsked) -> EditWritten:
    edit: FormEdit = asked.body
    outcome = await _way(asked).write(edit, asked.by)
    if isinstance(outcome, EditConflict):
        raise CallRefused(409, f"{outcome.what} is another by now", "", [outcome])
    if isinstance(outcome, Preview):
        title = "The edit has errors, so nothing was written"
        raise CallRefused(422, title, "", list(outcome.findings))
    return outcome


_KIND = Parameter("kind", "group, lane, rule or weights")
_POSITION = Parameter("position", "that of a rule in its lane", int)

CALLS = (
    ApiCall("GET", "/offers", "What forms offer to choose from", _reached(_offers), Offers),
    ApiCall(
        "GET",
        "/forms/{kind}/new",
        "The form of a new object",
        _reached(_new),
        NewForm,
        parameters=(_KIND, Parameter("of", "the group of a lane, or the lane of a rule")),
    ),
    ApiCall(
        "GET",
        "/forms/{kind}/of/{name}",
        "An object as its form",
        _reached(_shown),
        ShownForm,
        parameters=(_KIND, Parameter("name", "a group, or the lane of a rule"), _POSITION),
    ),
    ApiCall(
        "GET",
        "/forms/rules/{lane}",
        "The entry rules of a lane",
        _reached(_rules),
        RulesShown,
        parameters=(Parameter("lane", "a lane"),),
    ),
    ApiCall(
        "POST",
        "/edits/preview",
        "What an edit would be",
        _reached(_preview),
        EditSeen,
        takes=FormEdit,
    ),
    ApiCall("POST", "/edits", "Edit", _reached(_apply), EditWritten, takes=FormEdit, writes=True),
)
