"""Laneway: traffic lanes for services, compiled in one place and run anywhere."""

__all__: list[str] = []
