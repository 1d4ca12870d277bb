"""Releases: what edits of lanes come to in files, and a release in stages that is carried out.

Comes in: paths, a plan, a work tree, a mesh. Goes out: commits, and what is told. Everything is
decided in the core; here is what reads, writes, waits and looks at the clock.
"""
