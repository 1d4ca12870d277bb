"""Keeping a cluster as its lanes say: what is held of it, what is wanted, what is to be told.

Comes in: objects as the API server gives them, a compilation. Goes out: what to write, what to take
away, and the status of groups and lanes. All of it is a matter of what is there, so whoever begins
anew does the same next. It asks nobody and waits for nothing.
"""
