"""A chart drawn in braille, in pure Python."""
