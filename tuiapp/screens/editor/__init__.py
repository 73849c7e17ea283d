"""The editor of a new run's configuration."""
