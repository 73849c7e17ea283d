"""What rtx says of a job before it runs: what is not there; and how it starts several processes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from backends.training import CPUBackend, RTXBackend
from backends.training.gpu_machine import GpuMachine, gpu_machine
from backends.training.multi_gpu import WAYS, accelerate_config
from tests.support.gpu_machines import H200, RTX_4090, T4, machine, rtx
from tests.support.jobs import job
from tuner.config.yaml_text import read_mapping
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration
from tuner.machine.gpu_facts import Gpu


def issue(asked: JobConfiguration, found: GpuMachine) -> Issue | None:
    """The first issue, None where there is none."""
    return next(iter(rtx(found).validate_configuration(asked)), None)


@pytest.mark.parametrize(
    ("sections", "package", "path"),
    [
        ({"method": {"type": "qlora"}}, "bitsandbytes", "method.type"),
        ({"optimizations": {"enabled": ["paged_optimizer"]}}, "bitsandbytes", "optimizations.enabled"),
        ({"optimizations": {"enabled": ["fused_kernels"]}}, "liger-kernel", "optimizations.enabled"),
        ({"metadata": {"liger": True}}, "liger-kernel", "metadata.liger"),
        (
            {"hardware": {"num_gpus": 2}, "metadata": {"distributed": "deepspeed_zero2"}},
            "deepspeed",
            "metadata.distributed",
        ),
    ],
)
def test_a_missing_package_stops_the_launch(sections: dict[str, object], package: str, path: str) -> None:
    asked = job(**sections)
    found = issue(asked, machine(H200, count=2))
    assert found is not None
    assert (found.path, found.code, found.is_error) == (path, "MISSING_PACKAGE", True)
    assert package in found.message and f"pip install {package}" in found.hint
    assert issue(asked, machine(H200, package, count=2)) is None
    planned = issue(asked, GpuMachine((), machine().packages, 4))
    assert planned is not None and not planned.is_error  # said, where nothing could be trained anyway


def test_an_interpreter_that_does_not_run_is_not_said_to_lack_packages() -> None:
    assert issue(job(method={"type": "qlora"}), GpuMachine((H200,), {}, 4)) is None


@pytest.mark.parametrize(
    ("asked", "found", "complaint"),
    [
        ({"metadata": {"attention": "flash_attention_2"}}, machine(), "flash-attn is not installed"),
        ({"metadata": {"attention": "flash_attention_3"}}, machine(RTX_4090, "flash-attn-3"), "Hopper"),
        ({"optimizations": {"enabled": ["flash_attention"]}}, machine(T4), "Ampere"),
        ({"metadata": {"attention": "varlen"}, "model": {"precision": "fp32"}}, machine(), "bf16 and fp16"),
        ({"metadata": {"unsloth": True}}, machine(), "not installed"),
        ({"metadata": {"tf32": True}}, machine(T4), "TF32"),
        ({"metadata": {"attention": "nonesuch"}}, machine(), "unknown value"),
        ({"hardware": {"num_gpus": 3}}, machine(H200, count=2), "out of the rtx backend's range"),
        (
            {"hardware": {"num_gpus": 2}, "method": {"type": "qlora"}, "metadata": {"distributed": "deepspeed_zero3"}},
            machine(H200, "bitsandbytes", "deepspeed", count=2),
            "bitsandbytes quantized",
        ),
    ],
)
def test_what_the_gpus_cannot_do_is_an_error(asked: dict[str, object], found: GpuMachine, complaint: str) -> None:
    said = issue(job(**asked), found)
    assert said is not None and said.is_error
    assert complaint in said.message and said.hint


def test_flash_attention_needs_no_package_where_pytorch_has_it() -> None:
    asked = job(optimizations={"enabled": ["flash_attention"]})
    assert issue(asked, machine()) is None
    old = GpuMachine((H200,), {**machine().packages, "torch": "2.10.1+cu128"}, 4)
    said = issue(job(metadata={"attention": "varlen"}), old)
    assert said is not None and "2.11" in said.message


def test_attention_that_any_machine_has_is_never_refused() -> None:
    flash = {"enabled": ["flash_attention"]}
    assert issue(job(optimizations=flash, metadata={"attention": "sdpa"}), machine(T4)) is None
    assert issue(job(optimizations=flash), GpuMachine((), machine().packages, 4)) is None


def test_bf16_on_an_old_gpu_is_slow_and_needs_a_yes() -> None:
    said = issue(job(model={"precision": "bf16"}), machine(T4))
    assert said is not None and (said.code, said.severity.value) == ("SLOW_PRECISION", "warning")
    assert issue(job(), machine(T4)) is None


def test_what_has_no_effect_is_said() -> None:
    for metadata in ({"distributed": "fsdp"}, {"master_weights": True}):
        said = issue(job(metadata=metadata), machine())
        assert said is not None and (said.code, said.severity.value) == ("NO_EFFECT", "info")


@pytest.mark.parametrize(
    ("name", "sections"),
    [
        ("group_by_length", {"objective": "kto"}),
        ("padding_free", {"objective": "dpo"}),
        ("padding_free", {"optimizations": {"enabled": ["sequence_packing"]}}),
        ("pad_to_multiple_of", {"optimizations": {"enabled": ["sequence_packing"]}}),
    ],
)
def test_a_setting_of_the_gpus_that_the_job_cannot_use_is_told(name: str, sections: dict[str, object]) -> None:
    asked = job(metadata={name: 8 if name == "pad_to_multiple_of" else True}, **sections)
    backend, path = rtx(machine()), f"metadata.{name}"
    assert path in backend.inapplicable(asked)
    (said,) = [i for i in backend.validate_configuration(asked) if i.path == path]
    assert (said.code, said.severity.value) == ("NOT_HONOURED", "warning")


def test_fields_that_lack_a_package_are_named_with_the_reason() -> None:
    reasons = rtx(machine()).inapplicable(job())
    assert "bitsandbytes is not installed" in reasons["method.type.qlora"]
    assert "optimizations.enabled.fused_kernels" in reasons
    assert "method.type.qlora" not in rtx(machine(H200, "bitsandbytes")).inapplicable(job())


def test_ranges_are_those_of_the_machine_and_the_model(tmp_path: Path) -> None:
    config = {"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "max_position_embeddings": 4096}
    (tmp_path / "config.json").write_text(json.dumps(config | {"vocab_size": 9, "num_attention_heads": 2}))
    can = rtx(machine(H200, count=4)).capabilities(str(tmp_path))
    assert can.ranges["hardware.num_gpus"] == (1, 4)
    assert (can.context_length, can.ranges["schedule.sequence_length"][1]) == (4096, 4096)
    assert rtx(machine()).capabilities().context_length is None


@pytest.mark.parametrize("way", WAYS)
def test_several_gpus_are_started_by_accelerate(tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"):
        monkeypatch.delenv(name, raising=False)
    backend = rtx(machine(H200, "deepspeed", count=4))
    made = backend.translate_configuration(
        job(hardware={"num_gpus": 4}, metadata={"distributed": way}, schedule={"gradient_accumulation": 2}), {}
    )
    assert f"4 GPUs by accelerate launch ({way}): each step learns from 32 examples" in made.changes
    plan = backend.launch_plan("sft", tmp_path / "runs" / "r", "/python", made.payload)
    config = accelerate_config(way)
    assert plan.argv[:4] == ["/python", "-u", "-m", "Trainers.common.launched"]
    assert plan.argv[4:8] == ["--config_file", str(config), "--num_processes", "4"]
    assert plan.argv[-3:] == ["--module", "Trainers.sft.train", str(tmp_path / "runs" / "r")]
    assert plan.environment["PYTORCH_ALLOC_CONF"] == "expandable_segments:True"
    kinds = {"ddp": "MULTI_GPU", "fsdp": "FSDP"}
    assert read_mapping(config)["distributed_type"] == kinds.get(way, "DEEPSPEED")


def test_one_gpu_is_started_without(tmp_path: Path) -> None:
    backend = rtx(machine())
    payload = backend.translate_configuration(job(), {}).payload
    plan = backend.launch_plan("kto", tmp_path / "runs" / "r", "/python", payload)
    assert plan.argv == ["/python", "-u", "-m", "Trainers.kto.train", str(tmp_path / "runs" / "r")]


def test_the_users_own_allocator_setting_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTORCH_CUDA_ALLOC_CONF", "max_split_size_mb:128")
    plan = rtx(machine()).launch_plan("sft", tmp_path / "runs" / "r", "/python")
    assert "PYTORCH_ALLOC_CONF" not in plan.environment
    assert "PYTORCH_CUDA_ALLOC_CONF" in plan.passed_on


def test_the_machine_is_looked_at_through_the_interpreter_that_trains() -> None:
    asked: list[str] = []

    def look(python_path: str) -> GpuMachine:
        asked.append(python_path)
        return machine()

    backend = RTXBackend(look=look)
    backend.use_interpreter("/envs/unsloth/bin/python")
    backend.validate_configuration(job())
    assert set(asked) == {"/envs/unsloth/bin/python"}


def test_this_machine_can_be_looked_at(tmp_path: Path) -> None:
    here = gpu_machine(sys.executable)
    assert here.torch_at_least(2, 11) and here.has("trl") and here.cores >= 1
    nowhere = gpu_machine(str(tmp_path / "no-python"))
    assert not nowhere.has("trl") and not nowhere.lacks("trl")


def test_a_gpu_that_does_not_tell_its_capability_is_taken_for_none_of_them() -> None:
    found = GpuMachine((H200, Gpu(1, "MIG 1g.18gb")), {}, 4)
    assert found.capability is None and not found.at_least((7, 0))


def test_the_processor_shares_its_launch_plan(tmp_path: Path) -> None:
    payload: dict[str, object] = {"distributed": {"processes": 2, "way": "ddp"}}
    plan = CPUBackend().launch_plan("sft", tmp_path / "runs" / "r", "/python", payload)  # type: ignore[arg-type]
    assert "--num_processes" in plan.argv
