"""The Data mode: files, what is in them, and which of their tokens are learned."""
