"""The pure center of Laneway: lane resources in, routing and findings out.

Nothing in here waits, reads a clock, a file, the environment or the network, logs, or draws a
random number: time and identity come in as data, so one input always gives one output.
"""
