"""Whether this machine, and the chosen interpreter, can train: yes, or why not and what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backends.training import CPUBackend, MacBackend, RTXBackend
from backends.training.environment import run_python
from tuner.core import ConfigurationError

STACK = (
    '{"torch": "2.11", "transformers": "5.17", "trl": "1.15", "peft": "0.19", "datasets": "4.8", "accelerate": "1.10"}'
)


def interpreter(folder: Path, versions: str = STACK, answer: str = "", code: int = 0) -> str:
    """A program that answers like a Python: which packages it has, and what torch or MLX say of the machine."""
    path = folder / "python"
    path.write_text(
        "#!/bin/sh\n"
        f"case \"$2\" in *importlib*) echo '{versions}'; exit 0;; esac\n"
        f"echo '{answer}'\necho 'ImportError: libcuda is broken' >&2\nexit {code}\n"
    )
    path.chmod(0o755)
    return str(path)


def test_cpu_is_ready_where_the_training_stack_is_installed() -> None:
    assert CPUBackend().validate_environment() == (True, "")


def test_cpu_needs_a_trl_whose_losses_run_on_a_processor(tmp_path: Path) -> None:
    ok, message = CPUBackend().validate_environment(interpreter(tmp_path))
    assert not ok and "trl 1.15" in message and "'trl>=1.16'" in message
    newer = interpreter(tmp_path, STACK.replace('"trl": "1.15"', '"trl": "1.16.0"'))
    assert CPUBackend().validate_environment(newer) == (True, "")


@pytest.mark.skipif(sys.platform != "linux", reason="MLX uses the GPU of a Mac")
def test_mac_on_linux_is_cpu_only() -> None:
    pytest.importorskip("mlx.core")
    assert MacBackend().validate_environment() == (True, "CPU only")


@pytest.mark.parametrize(
    ("answer", "expected", "hint"),
    [
        ("12.8 True", True, ""),
        ("12.8 False", False, "nvidia-smi"),
        ("cpu False", False, "Install the CUDA build"),
    ],
)
def test_rtx_asks_torch_for_cuda(tmp_path: Path, answer: str, expected: bool, hint: str) -> None:
    ok, message = RTXBackend().validate_environment(interpreter(tmp_path, answer=f"a warning\n{answer}"))
    assert ok is expected
    assert hint in message
    assert bool(message) is not expected


def test_rtx_on_this_machine_is_ready_or_says_what_to_do() -> None:
    ok, message = RTXBackend().validate_environment()
    assert ok or "--backend cpu" in message


def test_a_missing_package_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    python = interpreter(tmp_path, versions='{"torch": "2.11", "trl": null}')
    assert CPUBackend().validate_environment(python) == (
        False,
        f"trl is not installed in {python}. Install with: {python} -m pip install 'tuner-workbench[train]'",
    )
    python = interpreter(tmp_path, versions='{"mlx": null, "mlx-lm": null}')
    ok, message = MacBackend().validate_environment(python)
    assert not ok
    assert message.startswith(f"mlx, mlx-lm are not installed in {python}. ")


@pytest.mark.parametrize("backend", [CPUBackend, MacBackend, RTXBackend])
def test_an_interpreter_that_is_not_there(backend: type[CPUBackend | MacBackend | RTXBackend]) -> None:
    ok, message = backend().validate_environment("/nowhere/python")
    assert not ok
    assert "/nowhere/python" in message
    assert "python_path" in message


@pytest.mark.parametrize("backend", [MacBackend, RTXBackend])
def test_an_interpreter_whose_libraries_are_broken(tmp_path: Path, backend: type[MacBackend | RTXBackend]) -> None:
    ok, message = backend().validate_environment(interpreter(tmp_path, code=1))
    assert not ok
    assert "ImportError: libcuda is broken" in message


def test_an_interpreter_that_hangs_or_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.training.environment._TIMEOUT", 0.2)
    with pytest.raises(ConfigurationError, match="timed out"):
        run_python(sys.executable, "import time; time.sleep(600)")
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexit 7\n")
    silent.chmod(0o755)
    monkeypatch.undo()
    with pytest.raises(ConfigurationError, match="no message"):
        run_python(str(silent), "pass")
