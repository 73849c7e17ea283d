"""The parameter that says whether the longest batch is tried before the first step."""

from __future__ import annotations

from tuner.core.backend_protocol import CustomParameter

PROBE_CUSTOM = {
    "probe": CustomParameter(
        kind="bool",
        help="try the longest batch before the first step, so that a lack of memory shows at once; by itself on a GPU",
    )
}
