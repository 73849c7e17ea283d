"""Which tokens a chat template's own ``{% generation %}`` marks enclose (no torch)."""

from __future__ import annotations

from typing import Any

from tuner.data.learned_turns import GENERATION_MARK

Row = dict[str, Any]


def generation_mask(tokenizer: Any, messages: list[Row], tools: Any) -> list[int] | None:
    """1 for each token inside the template's generation marks; None where it has none that work."""
    template = tokenizer.chat_template
    texts = template.values() if isinstance(template, dict) else [template]
    if not getattr(tokenizer, "is_fast", False) or not any(t and GENERATION_MARK.search(t) for t in texts):
        return None
    made = tokenizer.apply_chat_template(
        messages, tools=tools, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    mask = list(made["assistant_masks"])
    return mask if any(mask) else None
