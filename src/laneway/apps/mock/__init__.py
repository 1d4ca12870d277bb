"""The mock application, which stands in for the sample images of lane tutorials.

Comes in: environment variables and HTTP requests. Goes out: its name, its version, its address.
It runs as a process of its own (`serve.py`) and shares no code with the rest of Laneway.
"""
