"""What is wrong with the input, where, why, and how to fix it.

The lowest room of the core: every other room reports through these types and none of them is
known here.
"""
