"""Training backends: rtx (NVIDIA), mac (Apple MLX), cpu."""

from backends.training.cpu import CPUBackend
from backends.training.mac import MacBackend
from backends.training.rtx import RTXBackend

__all__ = ["CPUBackend", "MacBackend", "RTXBackend"]
