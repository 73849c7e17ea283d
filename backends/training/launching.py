"""The command that runs one of our training scripts, and the variables it sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backends.training.multi_gpu import accelerate_arguments
from backends.training.packages import packages_path
from tuner.core.backend_protocol import LaunchPlan

PASSED_ON = (  # noqa: SIM905  # forty quoted words would be harder to read
    "PATH HOME USER LOGNAME LANG LC_ALL LC_CTYPE TMPDIR XDG_CACHE_HOME LD_LIBRARY_PATH VIRTUAL_ENV SSL_CERT_FILE "
    "REQUESTS_CA_BUNDLE http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY "
    "CUDA_VISIBLE_DEVICES CUDA_HOME CUDA_DEVICE_ORDER NVIDIA_VISIBLE_DEVICES PYTORCH_CUDA_ALLOC_CONF "
    "PYTORCH_ALLOC_CONF OMP_NUM_THREADS MKL_NUM_THREADS NCCL_P2P_DISABLE NCCL_IB_DISABLE NCCL_DEBUG "
    "HF_HOME HF_HUB_CACHE HF_ENDPOINT HF_TOKEN HF_TOKEN_PATH HF_HUB_OFFLINE "
    "TRANSFORMERS_OFFLINE HUGGINGFACE_HUB_CACHE WANDB_API_KEY WANDB_MODE WANDB_BASE_URL"
).split()


def script_launch(
    module: str,
    run_dir: Path,
    python_path: str,
    *,
    processes: int = 1,
    distributed: str = "ddp",
    secrets: Sequence[str] = (),
) -> LaunchPlan:
    """How the supervisor starts ``python -m module run_dir``. Secrets are inherited by name, never written down.

    Args:
        processes: how many train together, one a GPU; several are started by ``accelerate launch``.
        distributed: how they share the work (backends.training.multi_gpu.WAYS).
        secrets: names of further variables that it inherits.

    Raises:
        OSError: links to our packages cannot be made in the workspace.
    """
    packages = packages_path(run_dir.parents[1] / ".tuner")
    launcher = ["Trainers.common.launched", *accelerate_arguments(distributed, processes)] if processes > 1 else []
    return LaunchPlan(
        argv=[python_path, "-u", "-m", *launcher, module, str(run_dir)],
        cwd=run_dir,
        environment={
            "PYTHONPATH": str(packages),
            "PYTHONSAFEPATH": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            **({"PYTHONUNBUFFERED": "1"} if processes > 1 else {}),  # -u reaches the launcher alone
        },
        passed_on=list(dict.fromkeys((*PASSED_ON, *secrets))),
    )
