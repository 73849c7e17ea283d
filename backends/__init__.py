"""Where work is sent: training and evaluation backends, each a plugin behind an entry point."""
