"""Which command stands for which image, or for one workload whatever its image.

Comes in: `--run IMAGE=COMMAND` and `--run WORKLOAD=COMMAND` texts, the `[run]` table of a
configuration file, and the images that Laneway's mock application stands in for. Goes out: a
command, or None. A pure table; it refuses images nobody named, since running the wrong program is
worse than running none.
"""

from __future__ import annotations

import shlex

from msgspec import Struct

from laneway.core.mesh.images import MOCK_IMAGES, meets

Command = tuple[str, ...]

MOCK: Command = ("@mock",)
"""The command that stands for the built-in mock application."""


class BadCommandError(ValueError):
    """A `--run` text or a `[run]` entry that is not an image and a command."""


class Commands(Struct, frozen=True):
    """Patterns and their commands; the first pattern that an image meets decides.

    The first `flags` of them are of the command line, the next `listed` of a configuration file.
    """

    entries: tuple[tuple[str, Command], ...] = ()
    flags: int = 0
    listed: int = 0

    def of(self, image: str) -> Command | None:
        """Return the command of an image.

        A pattern is met by the whole image name, or by the name without tag and digest; `*`, `?`
        and `[...]` are wildcards.

        >>> Commands((("shop/cart", ("./cart",)),)).of("shop/cart:1.4")
        ('./cart',)
        >>> Commands((("shop/*", ("./cart",)),)).of("bank/cart") is None
        True
        """
        return next((command for pattern, command in self.entries if meets(image, pattern)), None)

    def of_workload(self, namespace: str, name: str) -> Command | None:
        """Return the command that is named for a workload, by its whole name, without wildcards.

        >>> Commands((("*", ("any",)), ("pay-v1", ("./pay",)))).of_workload("shop", "pay-v1")
        ('./pay',)
        """
        spelled = spellings(namespace, name)
        return next((command for pattern, command in self.entries if pattern in spelled), None)

    @classmethod
    def of_texts(cls, flags: tuple[str, ...], table: dict[str, object]) -> Commands:
        """Build the table: flags first, then the configuration file, then the mock's own images.

        Raises BadCommandError.
        """
        written = [_of_flag(flag) for flag in flags]
        written += [(image, _of_value(image, value)) for image, value in table.items()]
        known = (*written, *((image, MOCK) for image in MOCK_IMAGES))
        return cls(known, len(flags), len(table))


def spellings(namespace: str, name: str) -> tuple[str, str]:
    """Return the names by which a workload is meant."""
    return name, f"{namespace}/{name}"


def _of_flag(flag: str) -> tuple[str, Command]:
    image, equals, text = flag.partition("=")
    if not equals or not image.strip():
        raise BadCommandError(f"{flag!r} is neither IMAGE=COMMAND nor WORKLOAD=COMMAND")
    return image.strip(), _split(image, text)


def _of_value(image: str, value: object) -> Command:
    if isinstance(value, str):
        return _split(image, value)
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise BadCommandError(f"the command of image {image!r} is neither a text nor a list of texts")


def _split(image: str, text: str) -> Command:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise BadCommandError(f"the command of image {image!r}: {error}") from error
    if not words:
        raise BadCommandError(f"the command of image {image!r} is empty")
    return words


def filled(command: Command, places: dict[str, str]) -> Command:
    """Replace `{port}`, `{host}` … in a command's words; other braces stay as they are.

    >>> filled(("serve", "--listen={host}:{port}", "{}"), {"host": "127.1.2.3", "port": "20001"})
    ('serve', '--listen=127.1.2.3:20001', '{}')
    """
    words = list(command)
    for name, value in places.items():
        words = [word.replace("{" + name + "}", value) for word in words]
    return tuple(words)
