"""A job outlives the screen that started it: submitting, supervising, stopping, noticing what died."""
