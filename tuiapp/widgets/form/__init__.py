"""A form over a configuration: a row for each parameter, typed, with its limits and what is wrong with it."""
