"""What the doctor says of NVIDIA GPUs: which there are, and which packages make training on them faster or smaller."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from backends.training.gpu_machine import AMPERE, GpuMachine, gpu_machine
from tuiapp.handlers.check import Check
from tuiapp.handlers.context import Context
from tuner.machine.gpu_facts import GpuFacts, gpu_facts

_SETTING = "backends.rtx.python_path"
_FOLDERS = (".", "envs", ".virtualenvs", "miniconda3/envs", "miniforge3/envs", "anaconda3/envs", ".conda/envs")
"""Where people keep environments, below their home."""
_USES = {
    "bitsandbytes": "QLoRA, 8-bit and paged optimizers",
    "liger-kernel": "fused kernels for norms, rotations and activations",
    "flash-attn": "FlashAttention 2",
    "flash-attn-3": "FlashAttention 3, for Hopper GPUs",
    "deepspeed": "ZeRO over several GPUs (FSDP needs nothing more)",
}
_HOW = {
    "flash-attn": "-m pip install flash-attn --no-build-isolation (minutes to compile)",
    "flash-attn-3": "-m pip install flash-attn-3, where there is a wheel for this torch",
}


def gpu_checks(
    context: Context, facts: GpuFacts | None = None, machine: GpuMachine | None = None, home: Path | None = None
) -> list[Check]:
    """GPUs, Unsloth and the optional packages. ``facts``, ``machine``, ``home``: instead of this machine's."""
    found = gpu_facts() if facts is None else facts
    if not found.gpus:
        return [Check("gpus", False, "no NVIDIA GPU is seen", "install the NVIDIA driver and look at `nvidia-smi`")]
    python = context.settings.python_path("rtx")
    packages = gpu_machine(python) if machine is None else machine
    places = [context.workspace.root, home or Path.home()]
    return [_gpus(found), _unsloth(python, packages, places), *_packages(python, packages)]


def _gpus(found: GpuFacts) -> Check:
    told = []
    for gpu in found.gpus:
        memory = f", {gpu.memory / 1e9:.0f} GB" if gpu.memory else ""
        capability = f", compute capability {gpu.capability[0]}.{gpu.capability[1]}" if gpu.capability else ""
        told.append(f"{gpu.index}: {gpu.name}{memory}{capability}")
    return Check("gpus", True, f"{'; '.join(told)}; driver {found.driver or 'unknown'}")


def _unsloth(python: str, machine: GpuMachine, places: list[Path]) -> Check:
    version = machine.packages.get("unsloth")
    if version:
        return Check("unsloth", True, f"{version} in {python}; metadata.unsloth: false trains without it")
    elsewhere = next(_interpreters_with("unsloth", places), None)
    if elsewhere is not None:
        return Check(
            "unsloth",
            False,
            f"not in {python}, but in {elsewhere}",
            f"set {_SETTING}: {elsewhere} in the settings, to train with it",
        )
    return Check(
        "unsloth",
        False,
        "not found; rtx trains through TRL and PEFT alone",
        "it wants an environment of its own: python -m venv ~/unsloth-env && ~/unsloth-env/bin/pip install unsloth, "
        f"then {_SETTING}: ~/unsloth-env/bin/python",
    )


def _packages(python: str, machine: GpuMachine) -> Iterator[Check]:
    for package, use in _USES.items():
        version = machine.packages.get(package)
        if version:
            yield Check(package, True, f"{version}: {use}")
        elif not (package == "flash-attn-3" and not _is_hopper(machine)):
            how = _HOW.get(package, f"-m pip install {package}")
            yield Check(package, False, f"not installed: {use}{_instead(package, machine)}", f"{python} {how}")


def _instead(package: str, machine: GpuMachine) -> str:
    by_torch = machine.at_least(AMPERE) and machine.torch_at_least(2, 11)
    return "; PyTorch's own flash kernels are used" if package.startswith("flash") and by_torch else ""


def _is_hopper(machine: GpuMachine) -> bool:
    return machine.capability is not None and machine.capability[0] == 9


def _interpreters_with(package: str, places: list[Path]) -> Iterator[Path]:
    """Interpreters of environments near by that have a package; found by its folder, nothing is run."""
    for place in places:
        for folder in _FOLDERS:
            for environment in _environments(place / folder):
                if any(environment.glob(f"lib/python3*/site-packages/{package}/__init__.py")):
                    yield environment / "bin" / "python"


def _environments(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(e.path for e in os.scandir(folder) if e.is_dir())
    except OSError:
        return
    for entry in entries:
        if Path(entry, "bin", "python").exists():
            yield Path(entry)
