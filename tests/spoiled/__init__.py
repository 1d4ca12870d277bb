"""Whatever single field of whatever object is spoiled, every command ends as its table says."""
