"""Reading runs for the screen, in workers: nothing here knows a widget."""
