"""The rooms that touch the world, each thin and strangers to each other."""
