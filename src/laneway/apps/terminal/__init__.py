"""What every door that speaks to a terminal shares: the screen, tables, and texts of values."""
