"""What people see when something is wrong, as the vendor's troubleshooting table has it.

Only tables: the four symptoms with what to check, and for each code those that it shows itself by,
the likeliest first. A code that is in none of them speaks of something nobody sees in an answer.
https://www.alibabacloud.com/help/en/asm/user-guide/use-lanes-for-end-to-end-canary-release
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

SymptomName = Literal["wrong-version", "no-response", "leak", "intermittent"]


class Symptom(Struct, frozen=True):
    """A row of the table: what is seen, and what to look at."""

    id: SymptomName
    title: str
    check: str


SYMPTOMS = (
    Symptom(
        "wrong-version",
        "Response shows wrong version",
        "Whether the labels of the pods are those that the lane selects.",
    ),
    Symptom(
        "no-response",
        "No response or 404",
        "Whether a route matches the request's header and path, and leads to pods that are there.",
    ),
    Symptom(
        "leak",
        "Traffic leaks across lanes",
        "Whether each subset selects the labels of its lane, and no other route decides.",
    ),
    Symptom(
        "intermittent",
        "Intermittent routing failures",
        "Whether every pod has the container istio-proxy.",
    ),
)

_CODES: Mapping[SymptomName, str] = {
    "wrong-version": "1207 1208 1218 1226 1337 1503 1510 1513 1721 1723",
    "no-response": (
        "1202 1203 1205 1220 1301 1302 1303 1306 1309 1310 1311 1312 1313 1314 1319 1321 1324 1325 "
        "1327 1328 1330 1333 1334 1335 1336 1338 1339 1340 1409 1412 1421 1425 1427 1429 1431 1501 "
        "1502 1601 1605 1606 1608 1609 1610 1720 1722 1729 1731 1805"
    ),
    "leak": (
        "1211 1315 1326 1331 1401 1402 1403 1404 1407 1408 1410 1411 1413 1414 1415 1416 1417 1422 "
        "1423 1430 1604 1607 1724 1727 1728 1736 1738 1803 1806 1809 "
        "1812 1813 1815 1816"
    ),
    "intermittent": "1504 1505 1506 1507 1725 1726 1741",
}
_ALSO: Mapping[str, tuple[SymptomName, ...]] = {
    "LW1502": ("wrong-version",),
    "LW1339": ("wrong-version",),
    "LW1407": ("wrong-version",),
    "LW1513": ("no-response",),
}
"""Symptoms that some codes show themselves by as well."""


def symptoms_of(code: str) -> tuple[SymptomName, ...]:
    """Return the symptoms of a code, the likeliest first.

    >>> symptoms_of("LW1502"), symptoms_of("LW1802")
    (('no-response', 'wrong-version'), ())
    """
    number = code.removeprefix("LW")
    found = tuple(name for name, codes in _CODES.items() if number in codes.split())
    return found + _ALSO.get(code, ())
