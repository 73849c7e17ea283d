#!/usr/bin/env bash
# Writes requirements/lock.txt: every pinned, hashed package that `make` installs, torch and its CUDA parts left out
# (requirements/torch.txt has torch, without a hash). Needs uv. Run it after changing dependencies in pyproject.toml.
set -euo pipefail
cd "$(dirname "$0")/.."
skip=(torch triton cuda-bindings cuda-pathfinder cuda-toolkit)
for part in cublas cuda-cupti cuda-nvrtc cuda-runtime cudnn-cu13 cufft cufile curand cusolver cusparse \
            cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx; do skip+=("nvidia-$part"); done
uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
  --no-emit-find-links --all-extras --constraint requirements/torch.txt "${skip[@]/#/--no-emit-package=}" \
  --quiet --output-file requirements/lock.txt pyproject.toml
