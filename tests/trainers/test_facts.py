"""What a run says of the machine it trains on."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.subprocesses import run_python
from Trainers.common import facts


def test_this_machine() -> None:
    found = facts.hardware()
    assert found["machine"] == platform.machine()
    assert found["cpu_count"] == os.cpu_count()
    memory = found["memory"]
    assert isinstance(memory, int) and memory > 10**8
    assert all(value is not None for value in found.values())
    assert facts.versions()["python"] == platform.python_version()
    assert "numpy" in facts.versions()


def test_the_gpus_with_driver_and_cuda(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gpu = SimpleNamespace(name="NVIDIA H200", total_memory=141 * 10**9, major=9, minor=0)
    cuda = SimpleNamespace(is_available=lambda: True, device_count=lambda: 2, get_device_properties=lambda index: gpu)
    backends = SimpleNamespace(cudnn=SimpleNamespace(version=lambda: 91002))
    torch = SimpleNamespace(cuda=cuda, backends=backends, version=SimpleNamespace(cuda="12.8"))
    monkeypatch.setitem(sys.modules, "torch", torch)
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 570.86.15\necho 570.86.15\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = facts.hardware()
    one = {"name": "NVIDIA H200", "memory": 141 * 10**9, "compute_capability": "9.0"}
    assert found["gpus"] == [one, one]
    assert (found["cuda"], found["cudnn"]) == ("12.8", "91002")
    assert str(found["driver"])[0].isdigit()


def test_a_processor_is_known_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_text", lambda path: "processor: 0\nmodel name\t: Some CPU @ 3 GHz\n")
    assert facts.hardware()["cpu"] == "Some CPU @ 3 GHz"
    monkeypatch.setattr(facts, "_text", lambda path: "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue")
    assert "cpu" not in facts.hardware()


def test_needs_the_standard_library_only() -> None:
    done = run_python("from Trainers.common.facts import *; versions(); hardware()", standard_library_only=True)
    assert done.returncode == 0, done.stderr
