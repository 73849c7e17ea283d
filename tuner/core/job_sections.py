"""The sections of a JobConfiguration. Field descriptions feed the JSON schema, the form and the docs."""

from __future__ import annotations

from pathlib import PurePath

from pydantic import BaseModel, ConfigDict, Field

from tuner.core.enums import (
    DatasetFormat,
    Device,
    LoraVariant,
    MethodType,
    Optimization,
    OptimizerType,
    Precision,
    SchedulerType,
    TrainOnInputs,
)
from tuner.core.ranges import PARAMETER_RANGES


def _default(path: str) -> float:
    return PARAMETER_RANGES[path].default


def _whole_default(path: str) -> int:
    return int(PARAMETER_RANGES[path].default)


class Section(BaseModel):
    """Unknown keys are errors; assignments are checked like files are."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class ModelSection(Section):
    base_model: str | None = Field(None, description="Hub id or local folder of the base model")
    revision: str | None = Field(None, description="Hub revision: branch, tag or commit")
    precision: Precision = Field(Precision.AUTO, description="weights in memory; int8 and int4 mean a quantized base")
    parent: str | None = Field(None, description="adapter folder, or RUN[@STEP|@best|@final], to go on from")
    architecture: str | None = Field(None, description="from scratch: the model family (llama)")
    size: str | None = Field(None, description="from scratch: a named size")
    tokenizer: str | None = Field(None, description="from scratch: a tokenizer folder or a tokenizer RUN")

    @property
    def from_scratch(self) -> bool:
        return self.base_model is None and self.architecture is not None


class DatasetsSection(Section):
    training: str | None = Field(None, description="file of training examples")
    validation: str | None = Field(
        None, description="file of validation examples; else validation_fraction is split off"
    )
    validation_fraction: float = Field(0.1, ge=0.0, lt=1.0, description="share of training rows held out")
    format: DatasetFormat = Field(DatasetFormat.AUTO, description="auto recognises the format by its keys")


class LoraSection(Section):
    rank: int = Field(_whole_default("method.lora.rank"), description="rank of the LoRA matrices")
    alpha: int = Field(_whole_default("method.lora.alpha"), description="LoRA scaling numerator")
    dropout: float = Field(_default("method.lora.dropout"), description="dropout before the LoRA matrices")
    trainable_modules: str | list[str] = Field("all-linear", description="all-linear, or module names")
    variant: LoraVariant = Field(LoraVariant.LORA, description="lora, rslora or dora")


class MethodSection(Section):
    type: MethodType = Field(MethodType.LORA, description="full, lora or qlora")
    lora: LoraSection = Field(default_factory=LoraSection)


class ScheduleSection(Section):
    epochs: int = Field(_whole_default("schedule.epochs"), description="passes over the training data")
    max_steps: int | None = Field(None, ge=1, description="optimizer steps; rules over epochs")
    batch_size: int = Field(_whole_default("schedule.batch_size"), description="examples a device sees at once")
    sequence_length: int = Field(_whole_default("schedule.sequence_length"), description="tokens an example may have")
    gradient_accumulation: int = Field(
        _whole_default("schedule.gradient_accumulation"), description="batches summed before the weights change"
    )
    checkpoints: int = Field(_whole_default("schedule.checkpoints"), description="checkpoints spread over the run")
    evaluations: int = Field(_whole_default("schedule.evaluations"), description="evaluations spread over the run")
    save_steps: int | None = Field(None, ge=1, description="steps between checkpoints; rules over checkpoints")
    eval_steps: int | None = Field(None, ge=1, description="steps between evaluations; rules over evaluations")
    logging_steps: int = Field(10, ge=1, description="steps between metric rows")
    early_stopping_patience: int | None = Field(None, ge=1, description="evaluations without progress before stopping")
    train_on_inputs: TrainOnInputs = Field(TrainOnInputs.AUTO, description="auto: loss on answers where there are any")


class SchedulerSection(Section):
    type: SchedulerType = Field(SchedulerType.COSINE, description="shape of the learning rate over the run")
    min_lr_ratio: float = Field(_default("optimizer.scheduler.min_lr_ratio"), description="final share of the peak")
    warmup_ratio: float = Field(_default("optimizer.scheduler.warmup_ratio"), description="share of steps that warm up")
    cycles: float = Field(_default("optimizer.scheduler.cycles"), description="waves of the cosine")


class OptimizerSection(Section):
    type: OptimizerType = Field(OptimizerType.ADAMW, description="optimizer")
    learning_rate: float = Field(_default("optimizer.learning_rate"), description="peak learning rate")
    weight_decay: float = Field(_default("optimizer.weight_decay"), description="decoupled weight decay")
    max_gradient_norm: float = Field(_default("optimizer.max_gradient_norm"), description="clip gradients to this norm")
    scheduler: SchedulerSection = Field(default_factory=SchedulerSection)


class OptimizationsSection(Section):
    enabled: list[Optimization] = Field(default_factory=list, description="what to save memory or time with")


class PreferenceSection(Section):
    beta: float = Field(0.1, gt=0.0, description="strength of the pull to the reference model")
    desirable_weight: float = Field(1.0, ge=0.0, description="KTO: weight of wanted answers")
    undesirable_weight: float = Field(1.0, ge=0.0, description="KTO: weight of unwanted answers")


class HardwareSection(Section):
    device: Device = Field(Device.AUTO, description="where to train")
    gpu_type: str | None = Field(None, description="GPU model, where there is a choice")
    num_gpus: int = Field(1, ge=1, description="GPUs on this machine to use")


class WandbSection(Section):
    project: str = Field(description="W&B project")
    entity: str | None = Field(None, description="W&B user or team")
    api_key_env: str = Field("WANDB_API_KEY", description="name of the variable that holds the key")


class HuggingFaceSection(Section):
    repo_id: str = Field(description="Hub repository, user/name")
    private: bool = Field(True, description="make the repository private")
    token_env: str = Field("HF_TOKEN", description="name of the variable that holds the token")


class IntegrationsSection(Section):
    wandb: WandbSection | None = Field(None, description="Weights & Biases reporting")
    huggingface: HuggingFaceSection | None = Field(None, description="Hub repository of the result")


class OutputSection(Section):
    suffix: str | None = Field(None, description="name of the run; else made from model and dataset")


def model_short_name(model: ModelSection) -> str:
    """The last part of the base model's name, or what is built from scratch."""
    if model.base_model:
        return PurePath(model.base_model).name
    if model.architecture:
        return f"{model.architecture}-{model.size}" if model.size else model.architecture
    return "model"
