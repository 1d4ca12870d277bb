"""Layouts of one plan beside each other: all of them lead every request to the same pods."""
