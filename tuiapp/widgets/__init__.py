"""The widgets. Each draws only the lines that are seen, and only when they changed."""
