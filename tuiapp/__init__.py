"""The application: the screen, the command line, and the workflows that both call."""
