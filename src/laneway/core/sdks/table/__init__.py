"""The facts themselves, by who makes the SDK.

Measured with the packages that each names, on real servers with a plain listener behind them.
"""
