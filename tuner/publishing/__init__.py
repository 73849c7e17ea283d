"""Model card, plan, and targets. A folder target for now; merging and GGUF will run as trainers."""
