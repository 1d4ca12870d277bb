"""Independent readers of one plan have to agree."""
