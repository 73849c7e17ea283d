"""The main screen: runs, charts, checkpoints, log and configuration."""
