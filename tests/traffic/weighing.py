"""What things weigh in memory."""

from __future__ import annotations

import gc
import sys


def bytes_of(thing: object) -> int:
    """Add up what a thing and everything it alone holds takes in memory."""
    met: dict[int, object] = {}
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if id(one) not in met and not isinstance(one, type):
            met[id(one)] = one
            waiting += gc.get_referents(one)
    return sum(sys.getsizeof(one) for one in met.values())
