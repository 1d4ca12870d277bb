"""The page of findings, made of the catalog.

Comes in: the codes. Goes out: `docs/findings.md`, one section a range, one entry a code. Words in
braces are filled in by each finding. `LANEWAY_BLESS=1` makes its test write the page anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.catalog import CATALOG
from laneway.core.findings.finding import Code

HEAD = """\
# Findings

Written from the catalog in `src/laneway/core/findings/codes/`; `./dev bless` writes it anew.
A finding has a place in a file, a message, a reason and a way to fix it.
Words in braces are filled in. A code is never used for anything else.
`laneway check` ends with 1 when there is an error (`--fail-on` for more).
"""

RANGES = {
    "LW10": "Reading files",
    "LW11": "The shape of objects",
    "LW12": "Groups and lanes",
    "LW13": "The entry",
    "LW14": "Routing in the mesh",
    "LW15": "Workloads",
    "LW16": "Services and ports",
    "LW17": "Running",
    "LW18": "Permissive groups",
    "LW19": "On a cluster",
    "LW20": "Releases",
    "LW21": "Fetching from Git",
    "LW22": "Following a repository",
    "LW23": "Requests that are typed",
}


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *sections()])


def sections() -> Iterator[str]:
    """Yield a section for every range that has a code."""
    for prefix, title in RANGES.items():
        codes = [code for code in CATALOG.values() if code.id.startswith(prefix)]
        if codes:
            yield f"## {prefix}xx {title}\n"
            yield from (entry(code) for code in codes)


def entry(code: Code) -> str:
    """Return one code: what it says, why it matters, how to fix it."""
    also = f" Elsewhere: {code.also}." if code.also else ""
    fix = "" if code.fix == "{fix}" else f" *Fix:* {plain(code.fix)}"
    return (
        f"### {code.id} ({code.level})\n\n{plain(code.message)}\n\n{plain(code.why)}{fix}{also}\n"
    )


def plain(template: str) -> str:
    """Return a template as Markdown text: its words in braces, angle brackets kept literal."""
    return template.replace("{{", "{").replace("}}", "}").replace("<", "&lt;").replace("*", "\\*")
