"""What the trainers share. payload, reporting, failures and entry use the standard library only."""
