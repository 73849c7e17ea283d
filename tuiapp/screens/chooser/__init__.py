"""What a new run may start from."""
