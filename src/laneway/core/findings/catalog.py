"""Every code there is, in one table, sorted by number.

LW10xx reading · LW11xx the shape of resources · LW12xx groups and lanes · LW13xx the entry ·
LW14xx routing in the mesh · LW15xx workloads · LW16xx services and ports · LW17xx running.
A code is never re-used; a retired one stays here as a comment.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

CATALOG: dict[str, Code] = {}
