"""One module a command. Each has add(parser-maker) and imports its handler only when it runs."""
