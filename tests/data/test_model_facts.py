"""What a model is made of, from config.json and from the headers of its weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.subprocesses import run_python
from tuner.data.model_facts import facts_of_config, facts_of_folder, read_model_facts

LLAMA_8B = {
    "model_type": "llama",
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "max_position_embeddings": 8192,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
}
PUBLISHED = {  # name: (what its config.json says, its number of weights as its publisher counts them)
    "Llama-3-8B": (LLAMA_8B, 8_030_261_248),
    "Llama-3.2-1B": (
        {
            **LLAMA_8B,
            "hidden_size": 2048,
            "num_hidden_layers": 16,
            "intermediate_size": 8192,
            "tie_word_embeddings": True,
            "head_dim": 64,
        },
        1_235_814_400,
    ),
    "Mistral-7B-v0.3": ({**LLAMA_8B, "model_type": "mistral", "vocab_size": 32768}, 7_248_023_552),
    "Qwen2.5-0.5B": (
        {
            "model_type": "qwen2",
            "hidden_size": 896,
            "num_hidden_layers": 24,
            "num_attention_heads": 14,
            "num_key_value_heads": 2,
            "intermediate_size": 4864,
            "vocab_size": 151936,
            "tie_word_embeddings": True,
        },
        494_032_768,
    ),
    "Qwen3-8B": (
        {
            **LLAMA_8B,
            "model_type": "qwen3",
            "num_hidden_layers": 36,
            "intermediate_size": 12288,
            "vocab_size": 151936,
            "head_dim": 128,
        },
        8_190_735_360,
    ),
    "Qwen3-30B-A3B": (
        {
            "model_type": "qwen3_moe",
            "hidden_size": 2048,
            "num_hidden_layers": 48,
            "num_attention_heads": 32,
            "num_key_value_heads": 4,
            "head_dim": 128,
            "intermediate_size": 6144,
            "moe_intermediate_size": 768,
            "num_experts": 128,
            "num_experts_per_tok": 8,
            "vocab_size": 151936,
            "tie_word_embeddings": False,
        },
        30_532_122_624,
    ),
    "Mixtral-8x7B": (
        {
            **LLAMA_8B,
            "model_type": "mixtral",
            "vocab_size": 32000,
            "num_local_experts": 8,
            "num_experts_per_tok": 2,
        },
        46_702_792_704,
    ),
    "gemma-2-9b": (
        {
            "model_type": "gemma2",
            "hidden_size": 3584,
            "num_hidden_layers": 42,
            "num_attention_heads": 16,
            "num_key_value_heads": 8,
            "head_dim": 256,
            "intermediate_size": 14336,
            "vocab_size": 256000,
        },
        9_241_705_984,
    ),
    "gemma-3-1b": (
        {
            "model_type": "gemma3_text",
            "hidden_size": 1152,
            "num_hidden_layers": 26,
            "num_attention_heads": 4,
            "num_key_value_heads": 1,
            "head_dim": 256,
            "intermediate_size": 6912,
            "vocab_size": 262144,
        },
        999_885_952,
    ),
    "Phi-3-mini": (
        {
            "model_type": "phi3",
            "hidden_size": 3072,
            "num_hidden_layers": 32,
            "num_attention_heads": 32,
            "num_key_value_heads": 32,
            "intermediate_size": 8192,
            "vocab_size": 32064,
            "tie_word_embeddings": False,
        },
        3_821_079_552,
    ),
    "phi-2": (
        {
            "model_type": "phi",
            "hidden_size": 2560,
            "num_hidden_layers": 32,
            "num_attention_heads": 32,
            "intermediate_size": 10240,
            "vocab_size": 51200,
            "tie_word_embeddings": False,
        },
        2_779_683_840,
    ),
    "gpt2": (
        {
            "model_type": "gpt2",
            "n_embd": 768,
            "n_layer": 12,
            "n_head": 12,
            "vocab_size": 50257,
            "n_positions": 1024,
        },
        124_439_808,
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_weights_of_published_models_are_counted_as_their_publishers_count_them(name: str) -> None:
    values, parameters = PUBLISHED[name]
    facts = facts_of_config(dict(values))
    assert facts is not None
    assert facts.parameters == parameters
    assert not facts.exact
    assert facts.weight_bytes == parameters * (2 if values.get("torch_dtype") else 4)


def test_a_model_of_experts_sends_a_token_through_few_of_them() -> None:
    facts = facts_of_config(dict(PUBLISHED["Qwen3-30B-A3B"][0]))
    assert facts is not None
    assert facts.experts == 128
    assert facts.active_parameters == pytest.approx(3.35e9, rel=0.01)  # its name says A3B
    assert {one.name for one in facts.linear_layers} == {"q_proj", "k_proj", "v_proj", "o_proj"}


def test_a_model_that_sees_is_known_by_its_language_part() -> None:
    facts = facts_of_config({"model_type": "mistral3", "text_config": {**LLAMA_8B}, "vision_config": {}})
    assert facts is not None
    assert (facts.architecture, facts.parameters) == ("llama", 8_030_261_248)


@pytest.mark.parametrize(
    ("quantization", "bits"),
    [
        ({"load_in_4bit": True, "quant_method": "bitsandbytes"}, 4),
        ({"load_in_8bit": True}, 8),
        ({"bits": 4, "group_size": 64}, 4),
        ({"quant_method": "mxfp4"}, 4),
        ({"quant_method": "unheard of"}, None),
    ],
)
def test_a_quantized_base_is_told_by_its_bits(quantization: dict[str, object], bits: int | None) -> None:
    facts = facts_of_config({**LLAMA_8B, "quantization_config": quantization})
    assert facts is not None
    assert facts.quantized_bits == bits
    assert (facts.weight_bytes < 7e9) is (bits == 4)


@pytest.mark.parametrize(
    ("more", "scaled"),
    [
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, True),
        ({"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}}, False),
        ({"rope_scaling": None}, False),
    ],
)
def test_stretched_positions_are_told(more: dict[str, object], scaled: bool) -> None:
    facts = facts_of_config({**LLAMA_8B, **more})
    assert facts is not None
    assert facts.rope_scaled is scaled
    assert facts.context_length == 8192


def _folder(path: Path, shapes: dict[str, list[int]], config: dict[str, object] = LLAMA_8B) -> Path:
    """A model folder whose one file of weights has a header alone, of bf16 tensors."""
    path.mkdir(parents=True)
    header, offset = {}, 0
    for name, shape in shapes.items():
        size = 2
        for n in shape:
            size *= n
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    (path / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text)
    (path / "config.json").write_text(json.dumps(config))
    return path


def test_the_headers_of_the_weights_rule_over_the_formula(tmp_path: Path) -> None:
    facts = facts_of_folder(_folder(tmp_path / "m", {"a": [10, 10], "b": [5], "scalar": []}))
    assert facts is not None
    assert (facts.parameters, facts.weight_bytes, facts.exact) == (106, 212, True)


def test_of_a_quantized_model_the_bytes_are_counted_not_the_packed_numbers(tmp_path: Path) -> None:
    facts = facts_of_folder(_folder(tmp_path / "m", {"a": [8]}, {**LLAMA_8B, "quantization": {"bits": 4}}))
    assert facts is not None
    assert (facts.parameters, facts.weight_bytes, facts.exact) == (8_030_261_248, 16, False)


def test_the_index_says_which_files_are_read(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "m", {"a": [10]})
    (folder / "model.safetensors").rename(folder / "model-00001-of-00001.safetensors")
    _folder(tmp_path / "other", {"left over": [1000]})
    (tmp_path / "other" / "model.safetensors").rename(folder / "consolidated.safetensors")
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"a": "model-00001-of-00001.safetensors"}})
    )
    facts = facts_of_folder(folder)
    assert facts is not None
    assert facts.parameters == 10


def test_weights_that_cannot_be_read_leave_the_formula(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "m", {"a": [10]})
    (folder / "model.safetensors").write_bytes(b"\xff" * 20)
    facts = facts_of_folder(folder)
    assert facts is not None
    assert (facts.parameters, facts.exact) == (8_030_261_248, False)


COMMIT = "0a" * 20


def test_a_hub_id_is_found_in_the_cache_by_branch_and_by_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / "models--acme--tiny"
    _folder(repository / "snapshots" / COMMIT, {"a": [3]})
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(f"{COMMIT}\n")
    for revision in (None, "main", COMMIT):
        facts = read_model_facts("acme/tiny", revision)
        assert facts is not None
        assert facts.parameters == 3
    assert read_model_facts("acme/tiny", "v2") is None
    assert read_model_facts("acme/tiny", "../../..") is None
    assert read_model_facts("acme/unknown") is None


def test_the_cache_lies_where_the_hub_library_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    _folder(tmp_path / "huggingface" / "hub" / "models--tiny" / "snapshots" / COMMIT, {"a": [7]})
    facts = read_model_facts("tiny", COMMIT)
    assert facts is not None
    assert facts.parameters == 7


@pytest.mark.parametrize("name", ["", "a\0b", "/no/such/folder", "../up", "a/b/c", "x" * 5000])
def test_a_name_that_leads_nowhere_is_nothing_known(name: str) -> None:
    assert read_model_facts(name) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"hidden_size": "many"}', "[" * 100_000, '{"text_config": {}}'])
def test_a_broken_configuration_is_nothing_known(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    assert facts_of_folder(tmp_path) is None


_json = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_wild = st.dictionaries(
    st.sampled_from(
        [
            *LLAMA_8B,
            "head_dim",
            "num_experts",
            "first_k_dense_replace",
            "mlp_only_layers",
            "decoder_sparse_step",
            "quantization_config",
            "rope_scaling",
        ]
    ),
    _json
    | st.integers(1, 5000)
    | st.lists(_json, max_size=3)
    | st.dictionaries(st.text(max_size=5), _json, max_size=2),
)


@given(_wild)
def test_whatever_a_configuration_says_the_counts_are_sane(values: dict[str, object]) -> None:
    facts = facts_of_config({**LLAMA_8B, **values})
    if facts is not None:
        assert 0 < facts.active_parameters <= facts.parameters
        assert facts.weight_bytes > 0


def test_facts_need_the_standard_library_only() -> None:
    done = run_python("import tuner.data.model_facts", standard_library_only=True)
    assert done.returncode == 0, done.stderr
