"""What else uses this machine's ports, and what a killed mesh left on it."""
