"""The whole path: lanes on an API server, the operator, istiod, and what proxies are sent."""
