"""How much is read before reading gives up with a finding.

Far above what people write and what a cluster accepts (3 MB an object), and low enough that a file
that got here by mistake costs seconds and not the machine.
"""

from __future__ import annotations

MEGABYTE = 1 << 20

LARGEST_FILE = 64 * MEGABYTE
MOST_VALUES = 3_000_000
"""Values of a file, counted by the marks between them."""
MOST_DOCUMENTS = 200_000
DEEPEST = 200
"""How deep values of a document may nest."""

LARGEST_EXACT = 8 * MEGABYTE
"""How much of one file the exact way reads, which takes a second for one or two megabytes."""
MOST_ALIASED = 100_000
"""How many values the aliases of a document may stand for."""
MOST_FAULTS = 100
"""How many faults of one document are told; who fixes them sees the rest."""
