"""Claims on objects that look otherwise than their neighbors, by a label, a name or a path.

Each is a row of the vendor's troubleshooting table that no compiler can be sure of.
"""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import Given, lane, mesh, pods

NAME, PATH = "x-asm-prefer-tag", "/mock"


def by(value: str, header: str = NAME, path: str = PATH) -> str:
    """Return an entry rule by a header and a path."""
    return (
        f"ingressRules: [{{name: r1, online: true, match: {{uri: {{exact: {path}}}, "
        f"headers: {{{header}: {{exact: {value}}}}}}}, "
        "route: {destination: {host: a.default.svc.cluster.local}}}]"
    )


def three(second: str) -> Given:
    """Return a mesh of three lanes, two of them asked for by name, and a rule for the other."""
    return mesh(
        lane("s3", "{version: v3}", by("s3")),
        pods("a", "v3"),
        pods("b", "v3"),
        s1=lane("s1", "{version: v1}", by("s1")),
        s2=lane("s2", "{version: v2}", second),
    )


def two(second: str) -> Given:
    """Return a mesh of two lanes, the first of which is asked for by name."""
    return mesh(s1=lane("s1", "{version: v1}", by("s1")), s2=lane("s2", "{version: v2}", second))


VALUE = ("spec", "ingressRules", 0, "match", "headers", NAME, "exact")
CLAIMS = [
    Claim(
        "a rule that asks for the tag of its lane is warned about where others go by their names",
        "LW1339",
        two(by("v2")),
        [
            (
                "entry rule r1 of lane s2 asks for x-asm-prefer-tag: v2, but other lanes are "
                "asked for by their names"
            )
        ],
        "ASMSwimLane s2",
        VALUE,
        two(by("gold")),
    ),
    Claim(
        "a rule that asks for any other name is warned about where several lanes go by theirs",
        "LW1339",
        three(by("gold")),
        [
            (
                "entry rule r1 of lane s2 asks for x-asm-prefer-tag: gold, but other lanes are "
                "asked for by their names"
            )
        ],
        "ASMSwimLane s2",
        VALUE,
        three(by("s2") + "\n  # " + by("gold")),
    ),
    Claim(
        "a rule that asks for another lane takes over what follows from it",
        "LW1339",
        two(by("s1")),
        [
            (
                "entry rule r1 of lane s2 asks for x-asm-prefer-tag: s1, but other lanes are "
                "asked for by their names (from this follows LW1218, LW1310)"
            )
        ],
        "ASMSwimLane s2",
        VALUE,
        two(by("s1", header="x-user")),
    ),
    Claim(
        "a misspelled path is warned about where several lanes have another",
        "LW1340",
        three(by("s2", path="/mokc")),
        ["entry rule r1 of lane s2 asks for path /mokc, but lanes s1 and s3 for /mock"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "match", "uri", "exact"),
        three(by("s2", path="/orders")),
    ),
    Claim(
        "a misspelled header is warned about where several lanes have another",
        "LW1340",
        three(by("s2", header="x-asm-prefer-tga")),
        [
            (
                "entry rule r1 of lane s2 asks for header x-asm-prefer-tga, but lanes s1 and s3 "
                "for x-asm-prefer-tag (from this follows LW1218)"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "match", "headers", "x-asm-prefer-tga"),
        three(by("s2", header="x-user")),
    ),
    Claim(
        "a path that two lanes alone differ in is their own affair",
        "LW1340",
        three(by("s2", path="/mokc")),
        ["entry rule r1 of lane s2 asks for path /mokc, but lanes s1 and s3 for /mock"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "match", "uri", "exact"),
        two(by("s2", path="/mokc")),
    ),
    Claim(
        "pods that look like a lane that lacks them, and are in another one, are warned about",
        "LW1513",
        mesh(
            s1=lane("s1", "{track: one}"),
            s2=lane("s2", "{track: two}"),
            a1=pods("a", "v1", ", track: one"),
            a2=pods("a", "v2", ", track: two"),
            b1=pods("b", "v1", ", track: one"),
            b2=pods("b", "v2", ", track: one"),
        ),
        [
            (
                "the pods of default/b-v2 carry track: one of lane s1, but version: v2 as all "
                "pods of lane s2, which has none of default/b"
            )
        ],
        "Deployment default/b-v2",
        ("spec", "template", "metadata", "labels", "track"),
        mesh(
            s1=lane("s1", "{track: one}"),
            s2=lane("s2", "{track: two}"),
            a1=pods("a", "v1", ", track: one"),
            a2=pods("a", "v2", ", track: two"),
            b1=pods("b", "v1", ", track: one"),
            b2=pods("b", "v3", ", track: one"),
        ),
    ),
]
