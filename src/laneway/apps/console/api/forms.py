"""Forms: what they offer and show, what an edit would be, and the edit itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.git import GitError
from laneway.adapters.kube import KubeError
from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused, Parameter
from laneway.apps.console.api.injection import refusal_of
from laneway.apps.console.editing.work_tree import NotDeliveredError
from laneway.apps.console.seams import CommitsEdits, EditingWay
from laneway.apps.local.record.sync_now import NotSyncedError
from laneway.core.edits.forms.filled import new_group, new_lane, new_rule
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.offers import Offers
from laneway.core.edits.forms.placing import proposed_file
from laneway.core.edits.forms.showing import (
    shown_group,
    shown_injection,
    shown_lane,
    shown_rule,
    shown_rules,
    shown_weights,
)
from laneway.core.edits.forms.values import (
    Form,
    FormEdit,
    LaneForm,
    ShownForm,
    object_of,
)
from laneway.core.mesh.mesh import Mesh
from laneway.core.views.form_outcome import CommitStanding, EditWritten, WayTold
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
    """What an edit would be, or what somebody else changed since its form was read; and its way."""

    preview: Preview | None = None
    conflict: EditConflict | None = None
    way: WayTold | None = None


def _reached(run: Asking) -> Asking:
    """Have a call refused where the outside fails: a file, a repository, a cluster."""

    async def asked_for(asked: CallAsked) -> Any:
        try:
            return await run(asked)
        except KubeError as error:
            raise refusal_of(error) from error
        except NotDeliveredError as error:
            raise CallRefused(
                502, "Nothing was pushed, and nothing is changed", str(error)
            ) from error
        except (OSError, GitError) as error:
            raise CallRefused(502, "It could not be read or written", str(error)) from error

    return asked_for


def _way(asked: CallAsked) -> EditingWay:
    """Return the way in which edits are written. Raises CallRefused where there is none."""
    _ = asked.seen  # before the first look it is not known whether there is one
    way = asked.ground.way
    if way is None:
        raise CallRefused(403, "Nothing is edited here", asked.ground.why_no_way)
    return way


async def _offers(asked: CallAsked) -> Offers:
    return await _way(asked).offers()


async def _new(asked: CallAsked) -> NewForm:
    kind, of = asked.words["kind"], asked.words.get("of", "")
    way = await _way(asked).way_of("lane" if kind == "rule" else "group", of)
    mesh = await way.mesh()
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
    way = await _way(asked).way_of(*_object(kind, name))
    head = await way.head()  # before the mesh: too much is told rather than too little
    found = _of_kind(await way.mesh(), kind, name, asked.words.get("position", 0))
    if found is None:
        raise CallRefused(404, f"There is no {kind} {name}", _GONE)
    return replace(found, head=head)


def _object(kind: str, name: str) -> tuple[str, str]:
    """Return the object that a form of some kind is of: a rule is its lane's."""
    return ("lane" if kind == "rule" else kind), name


async def _way_of_edit(asked: CallAsked, edit: FormEdit) -> EditingWay:
    """Return the way of an edit; what is new goes where that is which it belongs to."""
    form = edit.form
    if isinstance(form, LaneForm) and edit.shown is None:
        return await _way(asked).way_of("group", form.group)
    return await _way(asked).way_of(*object_of(edit))


def _of_kind(mesh: Mesh, kind: str, name: str, position: int) -> ShownForm | None:
    if kind == "rule":
        return shown_rule(mesh, name, position)
    shows = {
        "group": shown_group,
        "lane": shown_lane,
        "weights": shown_weights,
        "injection": shown_injection,
    }
    return shows[kind](mesh, name) if kind in shows else None


async def _rules(asked: CallAsked) -> RulesShown:
    lane = asked.words["lane"]
    way = await _way(asked).way_of("lane", lane)
    head, mesh = await way.head(), await way.mesh()
    if shown_lane(mesh, lane) is None:
        raise CallRefused(404, f"There is no lane {lane}", _GONE)
    return RulesShown([replace(one, head=head) for one in shown_rules(mesh, lane)])


async def _preview(asked: CallAsked) -> EditSeen:
    edit: FormEdit = asked.body
    way = await _way_of_edit(asked, edit)
    found, told = await way.preview(edit), await way.told()
    if isinstance(found, EditConflict):
        return EditSeen(conflict=found, way=told)
    return EditSeen(found, way=told)


async def _apply(asked: CallAsked) -> EditWritten:
    edit: FormEdit = asked.body
    outcome = await (await _way_of_edit(asked, edit)).write(edit, asked.by)
    if isinstance(outcome, EditConflict):
        raise CallRefused(409, f"{outcome.what} is another by now", "", [outcome])
    if isinstance(outcome, Preview):
        title = "The edit has errors, so nothing was written"
        raise CallRefused(422, title, "", list(outcome.findings))
    return outcome


async def _standing(asked: CallAsked) -> CommitStanding:
    way, followed = _way(asked), asked.ground.followed
    if not isinstance(way, CommitsEdits):
        raise CallRefused(404, "Edits are no commits here")
    live: dict[str, Any] = {}
    if followed is not None:
        with suppress(NotSyncedError):
            live = (await asyncio.to_thread(followed.status)).get("live") or {}
    serves = (live.get("revision") or {}).get("id", "")
    return await way.standing(asked.words["commit"], serves, live.get("since"))


_KIND = Parameter("kind", "group, lane, rule, weights or injection")
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
        parameters=(
            _KIND,
            Parameter("name", "a group, a namespace, or the lane of a rule"),
            _POSITION,
        ),
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
    ApiCall(
        "GET",
        "/edits/commits/{commit}",
        "How far the commit of an edit is",
        _reached(_standing),
        CommitStanding,
        parameters=(Parameter("commit", "its whole name"),),
    ),
    ApiCall("POST", "/edits", "Edit", _reached(_apply), EditWritten, takes=FormEdit, writes=True),
)
