"""Header lines of real programs, as they were recorded, and what holds of each at the next hop."""
