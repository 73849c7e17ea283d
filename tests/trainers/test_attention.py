"""Attention over sequences laid end to end gives what each sequence gives alone, whatever the model's family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.training

LENGTHS = (7, 1, 3, 9)
SHAPE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 50,
    "pad_token_id": 0,
}
FAMILIES = [("llama", {}), ("mistral", {"sliding_window": 5}), ("qwen3", {"head_dim": 8}), ("gemma3_text", {})]


class Pair:
    """One model with the attention that is trusted, and with ours."""

    def __init__(self, folder: Path, family: str, more: dict[str, Any]) -> None:
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM

        from Trainers.common.varlen_attention import VARLEN, register

        register()
        torch.manual_seed(0)
        AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **SHAPE, **more)).save_pretrained(folder)
        self.trusted, self.ours = (
            AutoModelForCausalLM.from_pretrained(folder, attn_implementation=name) for name in ("eager", VARLEN)
        )
        self.sequences = [torch.randint(1, 50, (n,)) for n in LENGTHS]

    def padded(self, *, left: bool = False) -> dict[str, Any]:
        from torch.nn.utils.rnn import pad_sequence

        ids = pad_sequence(self.sequences, batch_first=True)
        ids = ids.flip(1) if left else ids
        return {"input_ids": ids, "attention_mask": (ids != 0).long()}


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda f: f[0])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    family, more = request.param
    return Pair(tmp_path_factory.mktemp("attention") / family, family, more)


@pytest.mark.parametrize("told", [True, False], ids=["boundaries", "positions"])
def test_sequences_laid_end_to_end_do_not_see_each_other(pair: Pair, told: bool) -> None:
    import torch

    flat = torch.cat(pair.sequences)[None]
    positions = torch.cat([torch.arange(n) for n in LENGTHS])[None]
    ends = torch.tensor([0, *torch.tensor(LENGTHS).cumsum(0)], dtype=torch.int32)
    bounds = {"cu_seq_lens_q": ends, "cu_seq_lens_k": ends, "max_length_q": 9, "max_length_k": 9} if told else {}
    alone = torch.cat([pair.trusted(ids[None]).logits[0] for ids in pair.sequences])
    together = pair.ours(flat, position_ids=positions, use_cache=False, **bounds).logits[0]
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


def test_padded_and_whole_rows_are_attended_as_ever(pair: Pair) -> None:
    import torch

    batch = pair.padded()
    real = batch["attention_mask"].bool()
    torch.testing.assert_close(
        pair.ours(**batch).logits[real], pair.trusted(**batch).logits[real], atol=1e-5, rtol=1e-4
    )
    whole = torch.randint(1, 50, (3, 11))
    torch.testing.assert_close(pair.ours(whole).logits, pair.trusted(whole).logits, atol=1e-5, rtol=1e-4)


def test_answers_are_generated_as_ever(pair: Pair) -> None:
    batch = pair.padded(left=True)
    ours, trusted = (m.generate(**batch, max_new_tokens=5, do_sample=False) for m in (pair.ours, pair.trusted))
    assert ours.tolist() == trusted.tolist()


def test_gradients_are_those_of_the_sequences_alone(pair: Pair) -> None:
    import torch

    flat = torch.cat(pair.sequences)[None]
    positions = torch.cat([torch.arange(n) for n in LENGTHS])[None]
    found = []
    for model, rows in ((pair.ours, [(flat, positions)]), (pair.trusted, [(s[None], None) for s in pair.sequences])):
        model.zero_grad()
        for ids, where in rows:
            model(ids, position_ids=where, use_cache=False).logits.square().sum().backward()
        found.append(model.get_input_embeddings().weight.grad)
    torch.testing.assert_close(found[0], found[1], atol=1e-4, rtol=1e-3)


def test_values_of_another_width_decide_the_type(pair: Pair) -> None:
    import torch

    flat = torch.cat(pair.sequences)[None]
    positions = torch.cat([torch.arange(n) for n in LENGTHS])[None]
    with torch.autocast("cpu", torch.bfloat16):
        narrow = pair.ours(flat, position_ids=positions, use_cache=False).logits
    wide = pair.ours(flat, position_ids=positions, use_cache=False).logits
    torch.testing.assert_close(narrow.float(), wide, atol=0.1, rtol=0.1)


@pytest.mark.parametrize(
    ("family", "more", "usable"),
    [
        ("llama", {}, True),
        ("gemma2", {}, False),  # scores are capped
        ("gpt_oss", {}, False),  # attention sinks
        ("qwen3_next", {}, False),  # some layers are no attention
    ],
)
def test_a_model_with_another_kind_of_attention_keeps_its_own(
    tmp_path: Path, family: str, more: dict[str, Any], usable: bool
) -> None:
    from transformers import AutoConfig

    from tests.support.built_trainers import Silent
    from Trainers.common.models import attention_of

    reporter: Any = Silent(tmp_path)
    config = AutoConfig.for_model(family, **more)
    assert attention_of("tuner_varlen", config, reporter) == ("tuner_varlen" if usable else None)
    assert len(reporter.events) == (0 if usable else 1)
    assert attention_of("sdpa", config, reporter) == "sdpa"
