"""What is known of a mesh from outside: its folder, its record, its logs, and who was stopped."""
