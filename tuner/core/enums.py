"""The closed vocabularies of a job configuration."""

from __future__ import annotations

from enum import StrEnum


class Objective(StrEnum):
    SFT = "sft"
    KTO = "kto"
    DPO = "dpo"
    PRETRAIN = "pretrain"


class MethodType(StrEnum):
    FULL = "full"
    LORA = "lora"
    QLORA = "qlora"


class LoraVariant(StrEnum):
    LORA = "lora"
    RSLORA = "rslora"
    DORA = "dora"


class Precision(StrEnum):
    AUTO = "auto"
    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"
    FP8 = "fp8"
    INT8 = "int8"
    INT4 = "int4"


class SchedulerType(StrEnum):
    COSINE = "cosine"
    LINEAR = "linear"
    CONSTANT = "constant"
    CONSTANT_WITH_WARMUP = "constant_with_warmup"
    POLYNOMIAL = "polynomial"


class OptimizerType(StrEnum):
    ADAMW = "adamw"
    ADAFACTOR = "adafactor"
    SGD = "sgd"
    LION = "lion"
    MUON = "muon"


class Optimization(StrEnum):
    FLASH_ATTENTION = "flash_attention"
    GRADIENT_CHECKPOINTING = "gradient_checkpointing"
    OPTIMIZER_8BIT = "optimizer_8bit"
    PAGED_OPTIMIZER = "paged_optimizer"
    FUSED_KERNELS = "fused_kernels"
    SEQUENCE_PACKING = "sequence_packing"
    DYNAMIC_PADDING = "dynamic_padding"
    ACTIVATION_OFFLOADING = "activation_offloading"


class TrainOnInputs(StrEnum):
    AUTO = "auto"
    ENABLED = "enabled"
    DISABLED = "disabled"


class DatasetFormat(StrEnum):
    AUTO = "auto"
    TEXT = "text"
    MESSAGES = "messages"
    CONVERSATIONS = "conversations"
    PROMPT_COMPLETION = "prompt_completion"
    ALPACA = "alpaca"
    PREFERENCE = "preference"
    LABELLED = "labelled"


class Device(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"
