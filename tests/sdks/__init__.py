"""The table of SDKs, and what is predicted by it."""
