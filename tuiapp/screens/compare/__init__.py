"""Comparing runs: their settings, their metrics, and writing them to files."""
