"""The operator's image, made without a registry."""
