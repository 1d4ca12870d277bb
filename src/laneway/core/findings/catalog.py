"""Every code there is, in one table, sorted by number.

LW10xx reading · LW11xx the shape of resources · LW12xx groups and lanes · LW13xx the entry ·
LW14xx routing in the mesh · LW15xx workloads · LW16xx services and ports · LW17xx running ·
LW18xx permissive groups · LW19xx on a cluster · LW20xx releases · LW21xx fetching ·
LW22xx following a repository · LW23xx requests that are typed.
The constants stand in one module per range in `codes/`; a module named here is in the table.
A code is never re-used; a retired one stays in its module as a comment.
"""

from __future__ import annotations

from types import ModuleType

from laneway.core.findings.codes import (
    asking,
    beside,
    cluster,
    entry,
    fetching,
    gateway,
    keeping,
    lanes,
    layouts,
    permissive,
    reading,
    releasing,
    routing,
    running,
    selecting,
    services,
    shape,
    syncing,
    verifying,
    workloads,
)
from laneway.core.findings.finding import Code

RANGES: tuple[ModuleType, ...] = (
    reading,
    shape,
    lanes,
    entry,
    gateway,
    beside,
    routing,
    selecting,
    layouts,
    workloads,
    services,
    running,
    verifying,
    permissive,
    keeping,
    cluster,
    releasing,
    fetching,
    syncing,
    asking,
)


def _codes_of(module: ModuleType) -> list[Code]:
    return [value for value in vars(module).values() if isinstance(value, Code)]


CATALOG: dict[str, Code] = {
    code.id: code
    for code in sorted(
        (code for module in RANGES for code in _codes_of(module)), key=lambda code: code.id
    )
}
