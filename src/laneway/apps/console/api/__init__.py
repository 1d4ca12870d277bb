"""What may be asked of a console, one call of the API each: the pages do nothing beside it."""
