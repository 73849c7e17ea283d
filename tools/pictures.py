"""Makes docs/pictures/*.svg from the real screen on a real workspace: ``make pictures``.

Uses ./tuner-demo (run `make demo` first).
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"


async def main() -> int:
    from tuiapp.app import TunerApp
    from tuiapp.handlers.context import open_context

    workspace = ROOT / "tuner-demo"
    if not (workspace / "runs").is_dir():
        sys.exit("no ./tuner-demo: run `make demo` first")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
