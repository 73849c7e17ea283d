"""What trains: versions and hardware (standard library only, so that a trainer without torch can tell them too)."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = (
    "torch",
    "transformers",
    "trl",
    "peft",
    "datasets",
    "accelerate",
    "tokenizers",
    "safetensors",
    "huggingface_hub",
    "numpy",
    "triton",
    "bitsandbytes",
    "flash-attn",
    "xformers",
    "kernels",
    "liger-kernel",
    "torchao",
    "deepspeed",
    "unsloth",
    "unsloth_zoo",
    "mlx",
    "mlx-lm",
    "wandb",
    "tensorboard",
)
_CPU_NAME = re.compile(r"^model name\s*:\s*(.+)$", re.M)
_DRIVER = re.compile(r"NVRM version:.*?(\d+\.\d+(?:\.\d+)?)")
_PATIENCE = 5.0


def versions() -> dict[str, str]:
    """The versions of what trains."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def hardware() -> dict[str, object]:
    """The machine that trains; memory in bytes. What it does not tell is left out."""
    facts: dict[str, object] = {
        "platform": sys.platform,
        "release": platform.release(),
        "machine": platform.machine(),
        "cpu": _cpu_name(),
        "cpu_count": os.cpu_count(),
        "memory": _memory(),
        **_cuda(),
        **_metal(),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _cpu_name() -> str | None:
    if platform.system() == "Darwin":
        return _said("sysctl", "-n", "machdep.cpu.brand_string") or None
    found = _CPU_NAME.search(_text(Path("/proc/cpuinfo")))
    return found.group(1).strip() if found else None


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _cuda() -> dict[str, object]:
    torch = sys.modules.get("torch")  # where it is not loaded, no GPU is used either
    if torch is None or not torch.cuda.is_available():
        return {}
    gpus = []
    for i in range(torch.cuda.device_count()):
        gpu = torch.cuda.get_device_properties(i)
        capability = f"{gpu.major}.{gpu.minor}"
        gpus.append({"name": gpu.name, "memory": gpu.total_memory, "compute_capability": capability})
    cudnn = torch.backends.cudnn.version()
    return {"gpus": gpus, "cuda": torch.version.cuda, "cudnn": cudnn and str(cudnn), "driver": _driver()}


def _driver() -> str | None:
    """The NVIDIA driver's version, from the kernel, else from its own program."""
    found = _DRIVER.search(_text(Path("/proc/driver/nvidia/version")))
    if found:
        return found.group(1)
    lines = _said("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader").splitlines()
    return lines[0].strip() if lines else None


def _metal() -> dict[str, object]:
    mlx = sys.modules.get("mlx.core")
    info = mlx.device_info() if mlx is not None and hasattr(mlx, "device_info") else {}
    if not isinstance(info, Mapping) or platform.system() != "Darwin":
        return {}
    return {"gpus": [{"name": info.get("device_name"), "memory": info.get("memory_size")}]}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
