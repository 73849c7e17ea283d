"""An interpreter that passes for one with a training stack and runs a few lines instead of training."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.fake_trainers import PRELUDE
from tuner.config.workspace import Workspace

STACK = (
    '{"torch": "2.11", "transformers": "5.17", "trl": "1.16", "peft": "0.19", "datasets": "4.8", "accelerate": "1.10"}'
)


def pretend(workspace: Workspace, code: str, backend: str = "cpu", versions: str = STACK, torch: str = "") -> Path:
    """Let the workspace's settings name an interpreter whose trainers do what the code says."""
    folder = workspace.root / f"interpreter-{backend}"
    folder.mkdir(exist_ok=True)
    script, python = folder / "trainer.py", folder / "python"
    script.write_text(PRELUDE + code, encoding="utf-8")
    python.write_text(
        "#!/bin/sh\n"
        f"case \"$2\" in *importlib*) echo '{versions}'; exit 0;; *torch*) echo '{torch}'; exit 0;; esac\n"
        f'exec "{sys.executable}" -S "{script}" "$4" "$3"\n'
    )
    python.chmod(0o755)
    workspace.hidden.mkdir(exist_ok=True)
    settings = workspace.hidden / "settings.yaml"
    before = settings.read_text() if settings.exists() else "backends:\n"
    settings.write_text(f"{before}  {backend}: {{python_path: {python}}}\n")
    return python
