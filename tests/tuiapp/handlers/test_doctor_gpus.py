"""What the doctor says of GPUs and of the packages that make training on them faster."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gpu_machines import H200, RTX_4090, machine
from tuiapp.handlers.check import Check
from tuiapp.handlers.context import Context, open_context
from tuiapp.handlers.doctor_gpus import gpu_checks
from tuner.config.workspace import Workspace
from tuner.machine.gpu_facts import Gpu, GpuFacts


@pytest.fixture
def context(workspace: Workspace) -> Context:
    return open_context(workspace.root)


def found(context: Context, home: Path, *packages: str, gpu: Gpu = H200) -> dict[str, Check]:
    checks = gpu_checks(context, GpuFacts([gpu], "580.95"), machine(gpu, *packages), home)
    return {c.name: c for c in checks}


def environment(folder: Path, package: str) -> Path:
    """An environment that has a package, as far as one can see without running it."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    inside = folder / "lib" / "python3.11" / "site-packages" / package
    inside.mkdir(parents=True)
    (inside / "__init__.py").touch()
    return folder / "bin" / "python"


def test_gpus_are_told_with_memory_capability_and_driver(context: Context, tmp_path: Path) -> None:
    check = found(context, tmp_path)["gpus"]
    assert check.ok
    assert check.message == "0: NVIDIA H200, 141 GB, compute capability 9.0; driver 580.95"
    bare = gpu_checks(context, GpuFacts([Gpu(0, "MIG")]), machine(Gpu(0, "MIG")), tmp_path)[0]
    assert bare.message == "0: MIG; driver unknown"


def test_a_machine_without_gpus_is_told_so_and_nothing_more(context: Context) -> None:
    (check,) = gpu_checks(context, GpuFacts())
    assert (check.name, check.ok, check.needed) == ("gpus", False, False)
    assert "nvidia-smi" in check.hint


def test_a_missing_package_comes_with_the_way_to_get_it(context: Context, tmp_path: Path) -> None:
    checks = found(context, tmp_path)
    assert not checks["bitsandbytes"].ok
    assert "QLoRA" in checks["bitsandbytes"].message
    assert checks["bitsandbytes"].hint.endswith("-m pip install bitsandbytes")
    assert "PyTorch's own flash kernels" in checks["flash-attn"].message
    assert "--no-build-isolation" in checks["flash-attn"].hint
    assert "flash-attn-3" in checks
    assert "flash-attn-3" not in found(context, tmp_path, gpu=RTX_4090)
    assert found(context, tmp_path, "bitsandbytes")["bitsandbytes"].ok


def test_unsloth_in_the_interpreter_that_trains(context: Context, tmp_path: Path) -> None:
    check = found(context, tmp_path, "unsloth")["unsloth"]
    assert check.ok and "metadata.unsloth: false" in check.message


@pytest.mark.parametrize("place", ["unsloth-env", "miniconda3/envs/fast", ".virtualenvs/u"])
def test_unsloth_in_an_environment_of_its_own_is_found(context: Context, tmp_path: Path, place: str) -> None:
    environment(tmp_path / "home" / "other", "numpy")
    python = environment(tmp_path / "home" / place, "unsloth")
    check = found(context, tmp_path / "home")["unsloth"]
    assert not check.ok
    assert check.hint == f"set backends.rtx.python_path: {python} in the settings, to train with it"


def test_unsloth_nowhere_is_told_with_the_way_to_get_it(context: Context, tmp_path: Path) -> None:
    check = found(context, tmp_path)["unsloth"]
    assert "not found" in check.message and "pip install unsloth" in check.hint
