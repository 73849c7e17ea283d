"""What a run would take, before it is started: data, tokens, memory, time, disk, and what is different."""
