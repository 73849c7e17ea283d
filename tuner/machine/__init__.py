"""What this machine has and how busy it is: processor, memory, GPUs, and one process with all below it."""
