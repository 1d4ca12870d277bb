"""The codes of findings, one module per range, each code a named constant.

A rule imports its code from here by name. A code is a fixed text for a reader who meets the
problem for the first time: what it is, why it matters, how to fix it.
"""
