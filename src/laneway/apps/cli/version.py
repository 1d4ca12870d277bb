"""The installed version of Laneway, read when somebody asks for it."""

from __future__ import annotations


def version() -> str:
    """Return the version of the installed distribution, `unknown` without one."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("laneway")
    except PackageNotFoundError:
        return "unknown"
