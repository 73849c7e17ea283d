"""Adapters and whole models between mlx and transformers + PEFT: the same logits on both sides."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mlx_lm")
torch = pytest.importorskip("torch")

import mlx.core as mx  # noqa: E402  # it is optional
from mlx.utils import tree_flatten  # noqa: E402

from tests.support.tiny_chat import tiny_tokenizer  # noqa: E402
from tests.trainers.mlx.support import write_model  # noqa: E402
from Trainers.common.payload import Payload  # noqa: E402
from Trainers.mlx.adapters import from_peft, read_adapter, to_peft  # noqa: E402
from Trainers.mlx.layers import Trained, chosen_modules, linear_modules, short_names  # noqa: E402
from Trainers.mlx.loading import load_model, older_names  # noqa: E402
from Trainers.mlx.saving import Saver  # noqa: E402
from tuner.core.errors import ErrorCode, TunerError  # noqa: E402

IDS = [[5, 60, 7, 200, 9, 10, 11, 77, 13, 14, 15, 16, 17, 99, 19, 20]]
VARIANTS = [("lora", False, False), ("rslora", True, False), ("dora", False, True)]
QUIET: Any = SimpleNamespace(phase=lambda *a, **k: None, manifest=lambda patch: None)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("mlx") / "base")


def loaded(path: Path, **spec: Any) -> tuple[Any, Any]:
    payload = Payload(path, {"model": {"path": str(path), **spec}})
    model, _, config, _ = load_model(payload, QUIET)
    return model, config


def lora(rank: int = 4, rslora: bool = False, dora: bool = False, modules: Any = "all-linear") -> dict[str, Any]:
    return {
        "type": "lora",
        "lora": {
            "r": rank,
            "lora_alpha": 12,
            "lora_dropout": 0.0,
            "target_modules": modules,
            "use_rslora": rslora,
            "use_dora": dora,
        },
    }


def trained(base: Path, method: dict[str, Any]) -> Trained:
    """An adapter that has learned something: B and the magnitudes are no longer as they began."""
    model, _ = loaded(base)
    made = Trained(model, {"path": str(base)}, method)
    mx.random.seed(5)
    changed = {n: a + mx.random.normal(a.shape) * 0.1 for n, a in made.weights().items() if not n.endswith("lora_a")}
    model.load_weights(list(changed.items()), strict=False)
    return made


def mlx_logits(model: Any) -> np.ndarray[Any, Any]:
    model.eval()
    return np.array(model(mx.array(IDS)))


def torch_logits(base: Path, adapter: Path | None = None) -> np.ndarray[Any, Any]:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, adapter)
    with torch.no_grad():
        return np.asarray(model.eval()(torch.tensor(IDS)).logits.numpy())


def assert_same(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> None:
    assert np.abs(one - other).max() < 2e-4 * np.abs(one).max()


def test_the_base_gives_the_same_logits_with_its_own_rope_base(base: Path) -> None:
    model, _ = loaded(base)
    assert_same(mlx_logits(model), torch_logits(base))


@pytest.mark.parametrize(("name", "rslora", "dora"), VARIANTS, ids=[v[0] for v in VARIANTS])
def test_an_adapter_goes_to_peft_and_back_and_to_mlx_lm(
    base: Path, tmp_path: Path, name: str, rslora: bool, dora: bool
) -> None:
    from mlx_lm.utils import load_adapters

    made = trained(base, lora(4, rslora, dora))
    expected = mlx_logits(made.model)
    assert np.abs(expected - torch_logits(base)).max() > 0.1, "the adapter must matter"
    folder = tmp_path / "adapter"
    Saver(made, tiny_tokenizer(), base).save(folder)
    assert_same(expected, torch_logits(base, folder))
    config = json.loads((folder / "adapter_config.json").read_bytes())
    assert (config["r"], config["lora_alpha"], config["use_rslora"], config["use_dora"]) == (4, 12, rslora, dora)
    assert config["target_modules"] == ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"]
    again, _ = loaded(base)
    back = Trained(again, {"path": str(base), "parent": str(folder)}, lora())
    assert_same(expected, mlx_logits(again))
    assert set(back.weights()) == set(made.weights())
    own, _ = loaded(base)
    assert_same(expected, mlx_logits(load_adapters(own, str(folder / "mlx"))))
    third, _ = loaded(base)
    Trained(third, {"path": str(base), "parent": str(folder / "mlx")}, lora())
    assert_same(expected, mlx_logits(third))


@pytest.mark.parametrize(("name", "rslora", "dora"), VARIANTS, ids=[v[0] for v in VARIANTS])
def test_training_goes_on_from_what_peft_made(base: Path, tmp_path: Path, name: str, rslora: bool, dora: bool) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    config = LoraConfig(
        r=3,
        lora_alpha=5,
        use_rslora=rslora,
        use_dora=dora,
        target_modules=["q_proj", "down_proj"],
        alpha_pattern={"down_proj": 9},
        init_lora_weights=False,
        task_type="CAUSAL_LM",
    )
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(tmp_path)
    model, _ = loaded(base)
    parent = Trained(model, {"path": str(base), "parent": str(tmp_path)}, lora())
    assert_same(torch_logits(base, tmp_path), mlx_logits(model))
    assert parent.mlx_config() is None, "two scales have no place in mlx-lm's configuration"
    Saver(parent, tiny_tokenizer(), base).save(tmp_path / "again")
    assert not (tmp_path / "again" / "mlx").exists()
    assert_same(torch_logits(base, tmp_path), torch_logits(base, tmp_path / "again"))


def test_a_whole_model_is_one_of_transformers(base: Path, tmp_path: Path) -> None:
    model, _ = loaded(base, dtype="bfloat16")
    made = Trained(model, {"path": str(base)}, {"type": "full"})
    assert len(made.weights()) == len(tree_flatten(model.parameters())), "embedding and norms too"
    Saver(made, tiny_tokenizer(), base).save(tmp_path / "whole")
    assert json.loads((tmp_path / "whole" / "config.json").read_bytes())["dtype"] == "bfloat16"
    again, _ = loaded(tmp_path / "whole", dtype="float32")
    assert_same(mlx_logits(again), torch_logits_in_float32(tmp_path / "whole"))


def torch_logits_in_float32(base: Path) -> np.ndarray[Any, Any]:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    with torch.no_grad():
        return np.asarray(model.eval()(torch.tensor(IDS)).logits.numpy())


def test_a_quantized_base_takes_adapters_that_fit_the_unquantized_one(base: Path, tmp_path: Path) -> None:
    stored, config = loaded(write_model(tmp_path / "stored", bits=8), quantization={"bits": 4, "group_size": 32})
    assert config["quantization"]["bits"] == 8, "a base that is quantized stays as it is"
    model, config = loaded(base, quantization={"bits": 8, "group_size": 32})
    assert (config["quantization"]["bits"], config["quantization"]["group_size"]) == (8, 32)
    assert np.abs(mlx_logits(model) - mlx_logits(stored)).max() < 1e-4, "quantized alike in memory and on disk"
    made = Trained(model, {"path": str(base)}, lora(dora=True))
    Saver(made, tiny_tokenizer(), base).save(tmp_path / "adapter")
    whole, _ = loaded(base)
    Trained(whole, {"path": str(base), "parent": str(tmp_path / "adapter")}, lora())
    assert np.abs(mlx_logits(whole) - mlx_logits(model)).max() < 0.2 * np.abs(mlx_logits(whole)).max()


def test_names_and_orientation_both_ways() -> None:
    peft = {
        "base_model.model.model.layers.0.q_proj.lora_A.weight": mx.ones((2, 5)),
        "base_model.model.model.layers.0.q_proj.lora_B.default.weight": mx.ones((7, 2)),
        "base_model.model.model.layers.0.q_proj.lora_magnitude_vector": mx.ones((7,)),
    }
    ours = from_peft(peft)
    assert {name: array.shape for name, array in ours.items()} == {
        "model.layers.0.q_proj.lora_a": (5, 2),
        "model.layers.0.q_proj.lora_b": (2, 7),
        "model.layers.0.q_proj.m": (7,),
    }
    assert set(to_peft(ours)) == {name.replace(".default", "") for name in peft}


@pytest.mark.parametrize(
    ("config", "weights", "what"),
    [
        ({"peft_type": "LORA", "bias": "all"}, {}, "bias all"),
        ({"peft_type": "IA3"}, {}, "IA3"),
        ({"peft_type": "LORA"}, {"base_model.model.model.embed_tokens.weight": (2, 2)}, "embed_tokens"),
        ({"peft_type": "LORA"}, {"base_model.model.other.lora_A.weight": (2, 4)}, "no linear layer other"),
        (
            {"peft_type": "LORA"},
            {"base_model.model.model.layers.0.mlp.up_proj.lora_A.weight": (2, 4)},
            "the model needs",
        ),
        ({"peft_type": "LORA"}, None, "adapter_model.safetensors"),
        ({"fine_tune_type": "full"}, None, "adapters.safetensors"),
    ],
)
def test_a_parent_that_mlx_cannot_go_on_from(
    base: Path, tmp_path: Path, config: dict[str, Any], weights: dict[str, tuple[int, ...]] | None, what: str
) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    if weights is not None:
        arrays = {name: mx.ones(shape) for name, shape in (weights or {"unused": (1,)}).items()}
        mx.save_safetensors(str(tmp_path / "adapter_model.safetensors"), arrays)
    model, _ = loaded(base)
    with pytest.raises(TunerError, match=what) as caught:
        Trained(model, {"path": str(base), "parent": str(tmp_path)}, lora())
    assert caught.value.code is ErrorCode.MODEL_INCOMPATIBLE
    assert caught.value.hint


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ({"fine_tune_type": "full", "lora_parameters": {}}, "no adapter"),
        ({"fine_tune_type": "lora", "lora_parameters": {"scale": 2.0}}, "several ranks"),
    ],
)
def test_an_mlx_lm_folder_that_is_no_adapter_of_one_rank(tmp_path: Path, config: dict[str, Any], what: str) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    ranks = {"a.lora_a": mx.ones((4, 2)), "b.lora_a": mx.ones((4, 3))}
    mx.save_safetensors(str(tmp_path / "adapters.safetensors"), ranks)
    with pytest.raises(TunerError, match=what):
        read_adapter(tmp_path)


def test_quantized_weights_are_not_trained_as_if_they_were_whole(base: Path) -> None:
    import mlx.nn as nn

    model, _ = loaded(base)
    nn.quantize(model, 32, 4)
    with pytest.raises(TunerError, match="quantized weights cannot be trained") as caught:
        Trained(model, {"path": "org/tiny-4bit"}, {"type": "full"})
    assert caught.value.code is ErrorCode.MODEL_INCOMPATIBLE
    assert "qlora" in caught.value.hint


def test_modules_are_chosen_as_peft_chooses_them(base: Path) -> None:
    model, _ = loaded(base)
    names = linear_modules(model)
    assert len(names) == 14
    assert chosen_modules(names, "all-linear") == names
    assert chosen_modules(names, ["q_proj"]) == [n for n in names if n.endswith(".q_proj")]
    one = "model.layers.1.self_attn.q_proj"
    assert chosen_modules(names, one) == [one]
    assert short_names([one], names) == [one]
    with pytest.raises(TunerError, match="no linear layer named nonesuch") as caught:
        chosen_modules(names, ["q_proj", "nonesuch"])
    assert "gate_proj" in caught.value.hint


def test_newer_rope_names_are_read_as_older_ones() -> None:
    plain = {"rope_parameters": {"rope_theta": 1e6, "rope_type": "default", "partial_rotary_factor": 0.5}}
    assert older_names(plain) == {"rope_theta": 1e6, "partial_rotary_factor": 0.5}
    scaled = {"rope_parameters": {"rope_theta": 5e5, "rope_type": "llama3", "factor": 8.0}}
    assert older_names(scaled) == {"rope_theta": 5e5, "rope_scaling": {"rope_type": "llama3", "factor": 8.0}}
    gemma = {
        "rope_parameters": {
            "sliding_attention": {"rope_theta": 1e4, "rope_type": "default"},
            "full_attention": {"rope_theta": 1e6, "rope_type": "linear", "factor": 8.0},
        }
    }
    named = older_names(gemma)
    assert (named["rope_theta"], named["rope_local_base_freq"]) == (1e6, 1e4)
    assert older_names({"rope_theta": 2.0, **plain}) == {"partial_rotary_factor": 0.5}
    assert older_names({"rope_theta": 2.0}) == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantization_config": {"quant_method": "bitsandbytes"}}, ErrorCode.MODEL_INCOMPATIBLE),
        ({"model_type": "nonesuch"}, ErrorCode.MODEL_LOAD_FAILED),
        ({"hidden_size": 128}, ErrorCode.MODEL_LOAD_FAILED),
    ],
)
def test_a_model_that_mlx_cannot_load_is_told(
    base: Path, tmp_path: Path, change: dict[str, Any], code: ErrorCode
) -> None:
    for path in base.iterdir():
        (tmp_path / path.name).symlink_to(path)
    config = json.loads((base / "config.json").read_bytes())
    (tmp_path / "config.json").unlink()
    (tmp_path / "config.json").write_text(json.dumps({**config, **change}))
    with pytest.raises(TunerError) as caught:
        loaded(tmp_path)
    assert caught.value.code is code
    assert caught.value.hint


def test_a_model_that_cannot_chat_is_told(base: Path, tmp_path: Path) -> None:
    for path in base.iterdir():
        if path.name != "chat_template.jinja":
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(TunerError, match="no chat template"):
        loaded(tmp_path)
