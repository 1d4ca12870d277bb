"""Which word is meant by one that nobody knows.

Comes in: a word, and those that would be right. Goes out: the one that is meant, or nothing. Who
asks says how sure it must be: `meant` finds a mistake by itself, so a word that merely resembles
another is left alone; `nearest` and `likest` only add a hint to a mistake that is told anyway, the
one to fields, the other to names, which may be long and differ by a suffix. `likeness` is for who
weighs several words at once. It knows no words.
"""

from __future__ import annotations

from collections.abc import Iterable

_SHORTEST = 4
_SHORT = 6
_LONGEST = 60
_LONGEST_HINT = 40


def meant(word: str, choices: Iterable[str]) -> str:
    """Return the choice a word is a misspelling of, or nothing.

    That is the same word in another case or with other separators, one slip of the hand in a word
    of four letters or more, or two in one of more than six.

    >>> meant("label_selector", ["labelSelector"]), meant("wieght", ["weight", "route"])
    ('labelSelector', 'weight')
    >>> meant("tls", ["tcp"]), meant("mode", ["node", "name"]), meant("Ingress", ["ingress"])
    ('', 'node', 'ingress')
    """
    near = [(slips, choice) for choice in choices if (slips := _slips(word, choice)) is not None]
    return min(near)[1] if near else ""


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return the choice at most two slips away from a word, or nothing.

    >>> nearest("gatway", ["gateway", "services"]), nearest("x", ["gateway"])
    ('gateway', '')
    """
    if len(word) > _LONGEST_HINT:
        return ""
    near = ((_distance(word.lower(), choice.lower()), choice) for choice in choices)
    slips, choice = min(near, default=(len(word), ""))
    return choice if slips <= 2 and slips < len(word) else ""


def likest(name: str, known: Iterable[str]) -> str:
    """Return the known name most like a mistyped one, or nothing.

    >>> likest("mokca", ["mocka", "mockb", "shop"])
    'mocka'
    """
    from difflib import get_close_matches  # noqa: PLC0415 - loaded for mistakes alone

    return next(iter(get_close_matches(name, list(known), 1, 0.7)), "")


def likeness(one: str, other: str) -> float:
    """Return how alike two words are, letter case and separators aside; 1 is the same word.

    >>> likeness("mocka", "mock-a"), likeness("app", "App"), likeness("", "app")
    (1.0, 1.0, 0.0)
    """
    from difflib import SequenceMatcher  # noqa: PLC0415 - as above

    first, then = _letters(one), _letters(other)
    return SequenceMatcher(None, first, then).ratio() if first and then else 0.0


def _slips(word: str, choice: str) -> int | None:
    if word == choice or len(word) > _LONGEST:
        return None
    if _letters(word) == _letters(choice):
        return 0
    shorter = min(len(word), len(choice))
    allowed = 0 if shorter < _SHORTEST else 1 if shorter <= _SHORT else 2
    if abs(len(word) - len(choice)) > allowed:
        return None
    slips = _distance(word, choice) if allowed else 1
    return slips if slips <= allowed else None


def _letters(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter not in "-_. ")


def _distance(left: str, right: str) -> int:
    """Count letters that are wrong, missing, too many, or swapped with their neighbor."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for index, letter in enumerate(left, 1):
        above, row = row, [index]
        for column, other in enumerate(right, 1):
            found = min(above[column - 1] + (letter != other), above[column] + 1, row[-1] + 1)
            swapped = (
                index > 1 and column > 1 and (letter, other) == (right[column - 2], left[index - 2])
            )
            row.append(min(found, before[column - 2] + 1) if swapped else found)
        before = above
    return row[-1]
