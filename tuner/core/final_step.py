"""The step by which final_model is named (standard library only)."""

from __future__ import annotations

FINAL_STEP = -1
"""The step of final_model, which stands after every numbered checkpoint."""
