"""Codes told to those who ask for another way of writing objects: layout scoped, or `--sparse`.

LW1440 to LW1442 and LW1450 to LW1451: what a layout makes of an input, for whom, and where it comes
to the same as without it.
"""

from __future__ import annotations

from laneway.core.findings.finding import info, warning

SCOPED_NOT_SOUND = warning(
    "LW1440",
    "{hosts} {verb} the objects of layout istio: {why}",
    "In layout scoped the caller's own DestinationRule decides what a subset means. Where that "
    "would not give every caller the pods it meets in layout istio, a subset for each lane is "
    "written as there, and every proxy holds a cluster for each of them.",
    "Nothing to do if a few services are as expensive as before; otherwise remove the cause.",
)

SCOPED_EXACT = info(
    "LW1441",
    "{hosts} {verb} rules of {own} own in layout scoped: {why}",
    "Where a DestinationRule speaks of one service, proxies look at no wildcard for it. So there "
    "is a rule for each lane and namespace of callers, with a copy of what yours says; a new lane "
    "is one more for each.",
    "Nothing to do; after a change of your DestinationRule render again.",
)

SCOPED_CLIENTS = info(
    "LW1442",
    "layout scoped is written for callers in {clients}{gateways}: others get 503 from lane "
    "services",
    "Rules for single callers count in their own namespace only. A namespace without them gets no "
    "subset at all, so that calls of a lane never end in another one unseen.",
    "Name every other namespace whose pods call lane services: --client NAMESPACE.",
)

SCOPED_PERMISSIVE = info(
    "LW1450",
    "layout scoped leaves the services of permissive group {group} as they are in layout istio",
    "In a permissive group the request says which lane it is in, and pods of one lane serve "
    "requests of all. So its routes have to read each request, and no rule for single callers "
    "could take their place.",
    "Nothing to do: at services that no lane changes its lanes share one route already.",
)

NOTHING_LEFT_OUT = info(
    "LW1451",
    "--sparse leaves out nothing of group {group}: {why}",
    "Left out are services of permissive groups where one lane answers for all of them, every pod "
    "is known and in that lane, and no entry, patch or route of yours asks for more.",
    "{fix}",
)
