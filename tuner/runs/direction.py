"""Which way a metric is better (standard library only)."""

from __future__ import annotations


def counts_down(metric: str) -> bool:
    """Whether less of a metric is better."""
    return "loss" in metric or "perplexity" in metric or metric in {"kl", "eval_kl"}
