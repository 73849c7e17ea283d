"""numpy's memory as the buffers that columns and series are made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def buffer_of(values: npt.NDArray[np.float64]) -> memoryview[float]:
    """The numbers as a buffer, copied only where they do not lie side by side."""
    return np.ascontiguousarray(values).data  # type: ignore[return-value]  # numpy names no kind of number here
