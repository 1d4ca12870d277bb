"""Golden cases: one file, one claim."""
