"""Holds an object against the table of its fields.

Comes in: a cursor, and the fields there are. Goes out: findings, for values of another shape where
no reader looks at a field by itself, and for lists that are longer than their table says. Apart
from the readers, which ask for each field by name.
"""

from __future__ import annotations

from collections.abc import Iterable

from laneway.core.findings.codes import shape
from laneway.core.resources.lanes.field import Field, Fields
from laneway.core.resources.matching import Labels
from laneway.core.resources.yaml.cursor import Cursor


def each_of(cursor: Cursor, key: str, field: Field) -> Iterable[tuple[int, Cursor]]:
    """Return the mappings of a list as the cursor does, and note one that is too long."""
    note_length(cursor, key, field)
    return cursor.each(key)


def note_length(cursor: Cursor, key: str, field: Field) -> None:
    """Note a list or mapping of more entries than its field has."""
    value = cursor.raw.get(key)
    if field.most is not None and isinstance(value, list | dict) and len(value) > field.most:
        words = {"found": f"{len(value)} entries", "wanted": f"{field.most} entries at most"}
        cursor.report(shape.OUT_OF_RANGE, key, **words)


def read_selector(spec: Cursor, fields: Fields, kind: str) -> Labels:
    """Return the labels of a `workloadSelector`."""
    selector = spec.below("workloadSelector")
    selector.known(kind, fields["workloadSelector"].below)
    return selector.labels("labels")


def note_shapes(cursor: Cursor, fields: Fields, kind: str) -> None:
    """Note unknown fields and values of another shape, in a mapping and all below it."""
    cursor.known(kind, fields)
    for key, field in fields.items():
        if cursor.written(key):
            _note_shape(cursor, key, field, kind)


def _note_shape(cursor: Cursor, key: str, field: Field, kind: str) -> None:
    if field.shape == "many":
        for _, entry in each_of(cursor, key, field):
            if field.below:
                note_shapes(entry, field.below, kind)
    elif field.shape == "one":
        note_shapes(cursor.below(key), field.below, kind)
    elif field.shape == "texts":
        cursor.texts(key)
    elif field.shape == "words":
        cursor.words(key)
    elif field.shape == "flag":
        cursor.flag(key)
    else:
        cursor.text(key)
