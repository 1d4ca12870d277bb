"""The vendor's kinds: groups, lanes, hash tagging and traffic labels, each beside its reader."""
