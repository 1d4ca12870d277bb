"""Reads the vendor's kinds that write headers.

Comes in: a cursor on an object. Goes out: the typed object, or nothing when it has no name. A rule
of hash tagging that cannot be read is left out alone: a user then has no tag, never a wrong one.
"""

from __future__ import annotations

from laneway.core.findings.codes import shape
from laneway.core.resources.lanes.looking import each_of, read_selector
from laneway.core.resources.lanes.tagging import HashRule, HashTagging, HeaderPropagation
from laneway.core.resources.lanes.tagging_fields import (
    HASH_TAGGING_SPEC,
    HEADER_PROPAGATION_SPEC,
    LARGEST,
    LONGEST,
)
from laneway.core.resources.matching import is_header_name
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor

_KIND = "ASMHashTagging"
_RULES = HASH_TAGGING_SPEC["rules"]
_PARTITIONS = _RULES.below["partitions"]


def read_hash_tagging(root: Cursor) -> HashTagging | None:
    """Read an ASMHashTagging."""
    meta = read_meta(root, _KIND, namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    spec.known(_KIND, HASH_TAGGING_SPEC)
    rules = (_rule(index, entry) for index, entry in each_of(spec, "rules", _RULES))
    return HashTagging(
        meta, spec.labels("workloadSelector"), tuple(rule for rule in rules if rule is not None)
    )


def _rule(index: int, entry: Cursor) -> HashRule | None:
    before = entry.notes.errors
    entry.known(_KIND, _RULES.below)
    entry.text("description")
    header, tag_header = (_header(entry, key) for key in ("header", "tagHeader"))
    if not entry.written("modulo"):
        entry.report(shape.MISSING_FIELD, "modulo")
    modulo = entry.number("modulo", 1, LARGEST)
    partitions = tuple(_partition(part) for _, part in each_of(entry, "partitions", _PARTITIONS))
    total = sum(size for size, _ in partitions)
    if modulo and total > modulo:
        wanted = f"sizes that add up to {modulo}, the modulo, at most"
        entry.report(shape.OUT_OF_RANGE, "partitions", found=str(total), wanted=wanted)
    match = entry.below("match")
    match.known(_KIND, _RULES.below["match"].below)
    host = match.text("host")
    if not host.isascii() or not host.isprintable():
        words = {"found": repr(host), "wanted": "a host name in ASCII"}
        entry.report(shape.OUT_OF_RANGE, "match", "host", **words)
    length = len(header) + len(tag_header) + len(host)
    length += sum(len(f"{size}={tag},") for size, tag in partitions)
    if length > LONGEST:
        wanted = f"names and tags of {LONGEST} characters together at most"
        entry.report(shape.OUT_OF_RANGE, "partitions", found=f"{length} characters", wanted=wanted)
    if entry.notes.errors > before or modulo is None:
        return None
    return HashRule(entry.text("name"), index, header, modulo, tag_header, partitions, host)


def _header(entry: Cursor, key: str) -> str:
    name = entry.required(key)
    if name and not is_header_name(name):
        entry.report(shape.BAD_HEADER_NAME, key, name=repr(name))
    return name.lower()


def _partition(part: Cursor) -> tuple[int, str]:
    part.known(_KIND, _PARTITIONS.below)
    if not part.written("partitionSize"):
        part.report(shape.MISSING_FIELD, "partitionSize")
    tag = part.required("tagValue")
    if any(not 33 <= ord(one) < 127 or one in ",=" for one in tag):
        words = {"problem": "holds blanks, commas, equals signs or letters beyond ASCII"}
        fix = "Use a plain word, such as a lane's name."
        part.report(shape.BAD_HEADER_VALUE, "tagValue", name=repr(tag), fix=fix, **words)
    return part.number("partitionSize", 0, LARGEST) or 0, tag


def read_header_propagation(root: Cursor) -> HeaderPropagation | None:
    """Read an ASMHeaderPropagation."""
    meta = read_meta(root, "ASMHeaderPropagation", namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    spec.known("ASMHeaderPropagation", HEADER_PROPAGATION_SPEC)
    selector = read_selector(spec, HEADER_PROPAGATION_SPEC, "ASMHeaderPropagation")
    return HeaderPropagation(meta, selector, spec.texts("headers"), spec.texts("headerPrefix"))
