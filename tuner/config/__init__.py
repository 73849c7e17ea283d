"""Configuration files: YAML text to and from a JobConfiguration, ``--set``, presets, settings, the workspace."""
