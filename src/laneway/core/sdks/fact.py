"""What one fact about an SDK looks like: when it holds, and what becomes of each header.

Comes in: nothing. Goes out: the types of the table in `table/`. A fact is data, so that a command,
a page, a finding and a test say the same of it. It speaks for the versions it was measured with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Outcome = Literal["passes on", "will not", "changes it", "not by itself"]
"""What leaves of what came in. `not by itself`: only if the program's own code copies it."""

PLAIN_HEADER = "plain header"
"""A header that holds the name of a lane and nothing else, whatever it is called."""
ROUTE_HEADER = "{routeHeader}"
"""In the values of a setting: the name of the group's route header."""

Test = Literal["is", "lists", "lacks", "without", "unset"]


class Setting(Struct, frozen=True):
    """A setting of the program, and what of its value makes a fact hold.

    `is` asks for one of the values, `lists` for a list with one of them, `lacks` for a list with
    none of them; `without` holds as `lacks` does, and where nothing is set, `unset` only there. A
    name with dots is a Spring property, which has several spellings; any other one
    is an environment variable.
    """

    name: str
    test: Test
    values: tuple[str, ...] = ()

    def is_met(self, text: str, route_header: str = "") -> bool:
        """Whether a value of the setting is what is asked for; to be set is not to be unset."""
        wanted = {one.replace(ROUTE_HEADER, route_header).lower() for one in self.values}
        listed = {one.strip() for one in text.lower().split(",")}
        match self.test:
            case "is":
                return text.strip().lower() in wanted
            case "lists":
                return not listed.isdisjoint(wanted)
            case "lacks" | "without":
                return listed.isdisjoint(wanted)
            case "unset":
                return False


class MeasuredPackage(Struct, frozen=True):
    """A package and the version that was run."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Sdk(Struct, frozen=True):
    """Something in a program that facts speak of: an SDK, an agent, a framework or a client.

    A tracer reads and writes headers by itself, so two of them in one program are a case of their
    own. `signs` says in words by what a manifest shows it. `of` names the SDK of which this one is
    a kind: facts about that hold for this one, too. `packages` are those of which a program that
    uses it has one, named as ProgramPackages names them. `within` is the package of a framework
    that starts it by itself, and whose version counts.
    """

    name: str
    title: str
    language: str
    signs: str
    is_tracer: bool = True
    of: str = ""
    packages: tuple[str, ...] = ()
    within: str = ""

    @property
    def seen_by(self) -> str:
        """What shows it, in words; empty where nothing does."""
        names = ", ".join(one.partition("/")[2] for one in self.packages)
        listed = f"{names} among the packages" if names else ""
        return "; ".join(filter(None, (self.signs, listed)))


class Fact(Struct, frozen=True):
    """One row of the table.

    `effects` says per header what becomes of it; of other headers nothing is said. `beside` are
    other SDKs that have to be in the program. A fact that is not `in_manifest` depends on the
    request or on the program's code: it is told, and nothing is predicted by it. `of_version` means
    that other versions are known to behave otherwise, so it counts only where the version is shown.
    """

    name: str
    sdk: str
    when: str
    effects: Mapping[str, Outcome]
    says: str
    remedy: str
    packages: tuple[MeasuredPackage, ...]
    settings: tuple[Setting, ...] = ()
    beside: tuple[str, ...] = ()
    in_manifest: bool = True
    of_version: bool = False
    measured: str = "2026-11-28"
    link: str = ""

    @property
    def sdks(self) -> frozenset[str]:
        """All SDKs that have to be in the program."""
        return frozenset((self.sdk, *self.beside))

    @property
    def versions(self) -> str:
        """The packages that were run, in words."""
        return ", ".join(map(str, self.packages))
