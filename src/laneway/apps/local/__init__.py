"""A mesh on this machine: `laneway up`, its daemon, and what is known of it from outside.

Comes in: files, and commands that stand for images. Goes out: a mesh of real processes behind real
proxies that follows the files. Wiring only: what is decided is decided in the core (`gate`,
`fleet`), what touches the world is done by the adapters.
"""
