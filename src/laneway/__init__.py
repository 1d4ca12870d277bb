"""Laneway: traffic lanes for services, compiled in one place and run anywhere."""
