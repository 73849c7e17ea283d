"""Fine-tuning with mlx-lm. What is imported at module level here is the standard library and our own only."""
