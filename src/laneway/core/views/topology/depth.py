"""How deep in a chain of calls each service stands.

Comes in: names and who calls whom among them. Goes out: a column for each name: everybody stands
behind all who call them, as far as calls go in no circle. Names alone decide where a circle is cut,
so the order in which calls come in changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

Calls = Mapping[str, Collection[str]]


def columns(names: Iterable[str], calls: Calls, first: Collection[str]) -> dict[str, int]:
    """Return the column of each name: 0 for the `first`, at least 1 for all others.

    Who is called by nobody stands just before the nearest that it calls.

    >>> columns(["gate", "a", "b", "job"], {"gate": ["a"], "a": ["b"], "job": ["b"]}, ["gate"])
    {'gate': 0, 'a': 1, 'b': 2, 'job': 1}
    """
    everyone = sorted(names, key=lambda name: (name not in first, name))
    order, onward = _without_circles(everyone, calls)
    found = dict.fromkeys(everyone, 1) | dict.fromkeys(first, 0)
    called: set[str] = set()
    for name in order:
        for one in onward[name]:
            called.add(one)
            found[one] = max(found[one], found[name] + 1)
    for name in everyone:
        nearest = min((found[one] for one in onward[name]), default=0)
        if name not in called and name not in first and nearest:
            found[name] = max(1, nearest - 1)
    return found


def _without_circles(names: list[str], calls: Calls) -> tuple[list[str], dict[str, list[str]]]:
    """Return names so that callers stand first, and the calls that lead on, not back."""
    onward: dict[str, list[str]] = {name: [] for name in names}
    finished: list[str] = []
    state: dict[str, int] = {}
    for root in names:
        waiting = [(root, iter(_called(root, calls, onward)))] if root not in state else []
        state.setdefault(root, 0)
        while waiting:
            name, rest = waiting[-1]
            one = next(rest, None)
            if one is None:
                state[name] = 1
                finished.append(name)
                waiting.pop()
            elif state.get(one) == 0:
                continue  # it leads back to who is on the way here
            else:
                onward[name].append(one)
                if one not in state:
                    state[one] = 0
                    waiting.append((one, iter(_called(one, calls, onward))))
    return finished[::-1], onward


def _called(name: str, calls: Calls, known: Mapping[str, object]) -> list[str]:
    return sorted(one for one in calls.get(name, ()) if one in known and one != name)
