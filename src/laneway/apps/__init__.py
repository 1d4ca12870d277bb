"""Doors to the compiler: wiring only."""
