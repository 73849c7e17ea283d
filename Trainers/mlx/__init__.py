"""Fine-tuning with mlx-lm. What is imported at module level here is the standard library and our own only."""

TORCH_ONLY = frozenset({"bitsandbytes", "hqq", "quanto", "torchao"})
"""Quantization methods of weights that MLX cannot read."""
