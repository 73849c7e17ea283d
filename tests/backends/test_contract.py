"""The training backends' contract: names, methods, the defaults as shipped, and what broken input raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.training import CPUBackend, MacBackend, RTXBackend
from tuner.core import ConfigurationError, ITrainingBackend
from tuner.core.backend_protocol import TrainingBackend
from tuner.core.registry import TrainingBackendRegistry

BACKENDS = [CPUBackend, MacBackend, RTXBackend]


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_is_a_training_backend_and_registered_under_its_name(backend: type[TrainingBackend]) -> None:
    made = backend()
    assert isinstance(made, ITrainingBackend)
    assert type(TrainingBackendRegistry().get(made.name)) is backend


def test_names_and_methods(tmp_path: Path) -> None:
    assert RTXBackend(repo_root=tmp_path).name == "rtx"
    assert RTXBackend(repo_root=tmp_path).get_available_methods() == ["sft", "kto", "dpo"]
    assert (MacBackend().name, MacBackend().get_available_methods()) == ("mac", ["mlx"])
    assert (CPUBackend().name, CPUBackend().get_available_methods()) == ("cpu", ["sft", "kto", "dpo", "pretrain"])


def test_defaults_as_shipped() -> None:
    sft = RTXBackend().load_config("sft")
    assert (sft.method, sft.platform) == ("sft", "rtx")
    assert (sft.epochs, sft.batch_size, sft.learning_rate) == (3, 6, 2e-4)
    assert sft.model_name == "unsloth/mistral-7b-instruct-v0.3-bnb-4bit"
    mlx = MacBackend().load_config("mlx")
    assert (mlx.method, mlx.platform) == ("mlx", "mac")
    assert (mlx.epochs, mlx.batch_size, mlx.learning_rate) == (2, 8, 1e-6)
    assert mlx.model_name == "mistralai/Mistral-7B-Instruct-v0.3"


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_method_has_a_configuration_beside_its_trainer(backend: type[TrainingBackend]) -> None:
    for method in backend().get_available_methods():
        config = backend().load_config(method)
        assert config.config_path == config.trainer_dir / "configs" / "config.yaml"
        assert config.config_path.is_file()
        assert config.trainer_dir.name == method
        assert config.dataset_file
        assert config.model_name


def test_the_configuration_of_the_named_root_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Trainers" / "sft" / "configs" / "config.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("model: {base_model: acme/mine}\ndatasets: {training: d.jsonl}\nschedule: {epochs: 9}\n")
    config = RTXBackend(repo_root=str(tmp_path)).load_config("sft")
    assert (config.model_name, config.dataset_file, config.epochs) == ("acme/mine", "d.jsonl", 9)
    assert config.config_path == path


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("method", ["", "nonesuch", "../sft", "SFT"])
def test_an_unknown_method(backend: type[TrainingBackend], method: str) -> None:
    with pytest.raises(ConfigurationError, match="no method") as caught:
        backend().load_config(method)
    assert "it has" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "No such file|no such file"),
        ("a: [", "not valid YAML"),
        ("- list", "expected keys and values"),
        ("schedule: {epochs: 99}", "schedule.epochs"),
        ("shedule: {}", "unknown key"),
    ],
)
def test_a_missing_or_broken_configuration(tmp_path: Path, text: str | None, complaint: str) -> None:
    path = tmp_path / "Trainers" / "sft" / "configs" / "config.yaml"
    path.parent.mkdir(parents=True)
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigurationError, match=complaint) as caught:
        RTXBackend(repo_root=tmp_path).load_config("sft")
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_methods_do_not_depend_on_the_root(tmp_path: Path) -> None:
    for backend in BACKENDS:
        assert backend(repo_root=tmp_path / "nowhere").get_available_methods() == backend().get_available_methods()
