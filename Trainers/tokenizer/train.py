"""Training a SentencePiece tokenizer whose ids llama.cpp reads alike."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from Trainers.common.entry import run_script
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter, say
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.states import Phase

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SYMBOLS = ["<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>"]


def train(payload: Payload, reporter: Reporter) -> bool:
    import sentencepiece
    from transformers import LlamaTokenizer

    from Trainers.common.facts import versions
    from tuner.runs.checkpoint_marker import mark_complete

    corpus = Path(payload.values["corpus"])
    _check_corpus(corpus)
    reporter.phase(Phase.TRAINING, "training the tokenizer")
    folder = payload.paths.root / ".final_model.part"
    folder.mkdir(exist_ok=True)
    vocabulary = int(payload.values["vocab_size"])
    try:
        # The dummy prefix, the squeezing of spaces and NFKC are off: with them llama.cpp reads other ids.
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus),
            model_prefix=str(folder / "tokenizer"),
            vocab_size=vocabulary,
            model_type="bpe",
            byte_fallback=True,
            character_coverage=1.0,
            split_digits=True,
            add_dummy_prefix=False,
            remove_extra_whitespaces=False,
            normalization_rule_name="identity",
            user_defined_symbols=SYMBOLS,
            unk_id=0,
            bos_id=1,
            eos_id=2,
            pad_id=3,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise TunerError(
            f"{corpus}: a tokenizer of {vocabulary} pieces cannot be trained: {error}",
            code=ErrorCode.TOKENIZER_TRAIN_FAILED,
            failure_class=FailureClass.USER,
            hint="lower the vocabulary size or give a larger corpus",
        ) from error
    (folder / "tokenizer.vocab").unlink()
    tokenizer = LlamaTokenizer.from_pretrained(str(folder), add_prefix_space=False)
    tokenizer.eos_token, tokenizer.pad_token = "<|im_end|>", "<pad>"
    tokenizer.chat_template = CHAT_TEMPLATE
    sentencepiece_model = payload.paths.root / ".tokenizer.model"
    shutil.copyfile(folder / "tokenizer.model", sentencepiece_model)
    tokenizer.save_pretrained(str(folder))
    sentencepiece_model.replace(
        folder / "tokenizer.model"
    )  # transformers 5 leaves it out, llama.cpp's converter needs it
    (folder / "tuner_tokenizer.json").write_text(json.dumps({"kind": "sentencepiece-bpe", "vocab_size": vocabulary}))
    mark_complete(folder)
    folder.replace(payload.paths.final_model)
    reporter.manifest({"versions": versions(), "results": {"vocab_size": len(tokenizer)}})
    say(f"tokenizer of {len(tokenizer)} pieces saved")
    return True


def _check_corpus(corpus: Path) -> None:
    if not corpus.is_file():
        raise TunerError(f"{corpus}: no such file", code=ErrorCode.CORPUS_NOT_FOUND, failure_class=FailureClass.USER)
    if corpus.stat().st_size == 0:
        raise TunerError(f"{corpus} is empty", code=ErrorCode.CORPUS_EMPTY, failure_class=FailureClass.USER)


if __name__ == "__main__":
    sys.exit(run_script(train))
