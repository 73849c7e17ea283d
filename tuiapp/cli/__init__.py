"""`tuner …`: thin over the handlers. Importing this loads neither torch nor Textual."""
