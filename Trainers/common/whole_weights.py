"""Whether a model's trainable weights are still numbers, before they are saved as if they were."""

from __future__ import annotations

from typing import Any

import torch


def broken_weights(model: Any) -> str:
    """The first trainable parameter that holds a NaN or an infinity; "" where there is none.

    Of weights that are spread over several processes each looks at its own part, so that nobody has to wait.
    """
    for name, parameter in model.named_parameters():
        values = parameter.to_local() if hasattr(parameter, "to_local") else parameter
        if parameter.requires_grad and values.is_floating_point() and not bool(torch.isfinite(values).all()):
            return str(name)
    return ""
