"""What is answered at once, without loading click or a command: help, and a key of completion.

Comes in: the words of the command line and the environment. Goes out: the text of the answer, or
None: whoever asks for anything else, in a narrow terminal, or in words that need a closer look, is
answered by `entry`, which says the same (a test compares them). Both answers are made from the
commands' own declarations: `help/` and `offers.json` are written by `./dev bless`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` takes as long to load as all of this
    from collections.abc import Mapping, Sequence

    Values = str | list[str]
    """Words to choose from, or what the shell completes (`file`, `dir`), or `text`, or `ask`:
    whatever the command itself says."""

    Option = tuple[list[str], str, Values | None, bool]
    """Names, a help, values (None for a flag), and whether it may be given again."""

    Argument = tuple[Values, bool]
    """What may stand there, and whether more of its kind may follow."""

    Offer = tuple[str, list[Option], list[Argument]]
    """A command's short help, its options and its arguments."""

    Proposal = tuple[str, str, str]
    """What it is (plain, file, dir), the word, and what is said of it."""

WIDE = 80
HELP_FLAGS = ("-h", "--help")
_WORDS_NEED_A_CLOSER_LOOK = "'\"\\"


def answer(words: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Return what the command line says to these words, None if a command has to say it."""
    instruction = environment.get("_LANEWAY_COMPLETE")
    if instruction:
        return _completed(instruction, environment)
    if words and words[-1] in HELP_FLAGS and _columns(environment) >= WIDE:
        return _help("-".join(("laneway", *words[:-1])))
    return None


def _columns(environment: Mapping[str, str]) -> int:
    """Return the width of the terminal as click finds it."""
    stated = environment.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(1).columns or WIDE
    except OSError:
        return WIDE


def _help(page: str) -> str | None:
    if "/" in page:
        return None
    try:
        return _beside(f"help/{page}.txt")
    except OSError:
        return None


def _beside(name: str) -> str:
    with open(f"{os.path.dirname(__file__)}/{name}", encoding="utf-8") as file:  # noqa: PTH120, PTH123 - pathlib takes longer to load than all of this
        return file.read()


def offers() -> dict[str, Offer]:
    """Return what may stand in the line of each command, by its words."""
    import json

    found: dict[str, Offer] = json.loads(_beside("offers.json"))
    return found


def _completed(instruction: str, environment: Mapping[str, str]) -> str | None:
    line = environment.get("COMP_WORDS", "")
    position = environment.get("COMP_CWORD", "")
    if any(mark in line + position for mark in _WORDS_NEED_A_CLOSER_LOOK):
        return None
    words = line.split()
    if instruction == "fish_complete":
        done, begun = words[1:], position
        if begun and done and done[-1] == begun:
            done.pop()
    elif instruction in ("bash_complete", "zsh_complete") and position.isdecimal():
        number = int(position)
        done, begun = words[1:number], (words[number] if number < len(words) else "")
    else:
        return None
    found = proposals(done, begun)
    if found is None:
        return None
    return "\n".join(_spelled(instruction, *one) for one in found) + "\n"


def _spelled(instruction: str, what: str, word: str, says: str) -> str:
    """Spell a proposal as click's script for the shell reads it."""
    if instruction == "zsh_complete":
        return f"{what}\n{word}\n{says or '_'}"
    return f"{what},{word}\t{says}" if says and instruction == "fish_complete" else f"{what},{word}"


def proposals(done: Sequence[str], begun: str) -> list[Proposal] | None:
    """Return what may stand after the words that are done; None where a command has to say it."""
    known = offers()
    path = "laneway"
    words = list(done)
    while (below := [one for one in known if one.rpartition(" ")[0] == path]) and words:
        path = f"{path} {words.pop(0)}"
        if path not in known:
            return None
    _, options, arguments = known[path]
    seen = _seen(words, options)
    if seen is None or "=" in begun:
        return None
    given, free, waiting = seen
    if begun.startswith("-"):
        return [
            ("plain", name, option[1])
            for option in options
            if option[3] or option not in given
            for name in option[0]
            if name.startswith(begun)
        ]
    if waiting is not None:
        return _values(waiting, begun)
    names = ((one, one.rpartition(" ")[2]) for one in below)
    if below:
        return [("plain", name, known[one][0]) for one, name in names if name.startswith(begun)]
    open_ones = (what for at, (what, many) in enumerate(arguments) if many or at >= free)
    return _values(next(open_ones, "text"), begun)


def _seen(
    words: Sequence[str], options: Sequence[Option]
) -> tuple[list[Option], int, Values | None] | None:
    """Return the options given, how many words are none, and what the last option waits for."""
    by_name = {name: option for option in options for name in option[0]}
    given: list[Option] = []
    free = 0
    waiting: Option | None = None
    for word in words:
        if waiting is not None:
            given.append(waiting)
            waiting = None
        elif word in by_name and by_name[word][2] is None:
            given.append(by_name[word])
        elif word in by_name:
            waiting = by_name[word]
        elif word.startswith("-") and word != "-":
            return None  # joined with others or a value, or unknown
        else:
            free += 1
    return given, free, waiting and waiting[2]


def _values(values: Values, begun: str) -> list[Proposal] | None:
    """Return the values that begin so; None if a command has to be asked for them."""
    if values == "ask":
        return None
    if values in ("file", "dir"):
        return [(str(values), begun, "")]
    if values == "text":
        return []
    return [("plain", one, "") for one in values if one.startswith(begun)]
