"""What the demo's trainers leave behind, in a second and without training."""

from __future__ import annotations

DEMO_TRAINER = """
module = sys.argv[2]
SHARES = {"sft": [0.0, 0.5, 0.9], "kto": [KTO_SHARE]}

def adapter(folder):
    save(folder)
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "base_model_name_or_path": BASE}))
    mark_complete(folder)

def work(payload, reporter):
    global BASE
    name = module.split(".")[1]
    print(name, flush=True)
    if (run_dir.parents[1] / f"fail-{name}").exists():
        raise TunerError("no", code=ErrorCode.TRAINING_OOM, hint="buy more")
    final = payload.paths.final_model
    if name == "tokenizer":
        final.mkdir()
        (final / "tokenizer_config.json").write_text("{}")
        mark_complete(final)
    elif name == "pretrain":
        final.mkdir()
        (final / "config.json").write_text('{"model_type": "llama", "max_position_embeddings": 1024}')
        header = b'{"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}'
        (final / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"x")
        (final / "chat_template.jinja").write_text("{{ messages }}")
        mark_complete(final)
        reporter.rows.write(1, {"loss": 1.0})
    elif name == "score":
        reporter.manifest({"results": {"exact_match": 0.75, "total": 8, "passed": 6}})
    else:
        BASE = payload.model["path"]
        for i, share in enumerate(SHARES[name]):
            reporter.progress(50 * i, 100)
            reporter.rows.write(50 * i, {"loss": 1.0, "eval_loss": 1.0 - share, "eval_exact_match": share})
            if i or name == "kto":
                adapter(payload.paths.checkpoints / f"checkpoint-{50 * i}")
        adapter(final)
    return True

sys.exit(run_script(work))
"""


def demo_trainer(kto: float) -> str:
    """The trainer's code."""
    return DEMO_TRAINER.replace("KTO_SHARE", repr(kto))
