"""The names that the contracts promise, and what they are."""

from __future__ import annotations

import inspect
from abc import ABC

import pydantic
import pytest

import tuner
import tuner.core
from tests.support.subprocesses import run_python

NAMES = {
    "ITrainingBackend",
    "IEvaluationBackend",
    "IHandler",
    "IDiscoveryService",
    "TrainingConfig",
    "CheckpointInfo",
    "UploadConfig",
    "EvalConfig",
    "TunerError",
    "ConfigurationError",
    "BackendError",
    "DiscoveryError",
    "ValidationError",
}

STANDARD_LIBRARY_ONLY = [
    "tuner",
    "tuner.core",
    "tuner.core.enums",
    "tuner.core.errors",
    "tuner.core.ranges",
    "tuner.core.states",
    "tuner.runs",
    "tuner.runs.atomic",
    "tuner.runs.checkpoint_marker",
    "tuner.runs.control",
    "tuner.runs.events",
    "tuner.runs.json_file",
    "tuner.runs.layout",
    "tuner.runs.lock",
    "tuner.runs.manifest_file",
    "tuner.runs.rows",
    "tuner.runs.state_file",
    "tuner.data",
    "tuner.data.formats",
    "tuner.data.inspect",
    "tuner.data.records",
    "tuner.data.split",
]


def test_core_exports_exactly_the_public_names() -> None:
    assert set(tuner.core.__all__) == NAMES
    assert all(hasattr(tuner.core, name) for name in NAMES)


def test_tuner_re_exports_them_with_its_version_and_author() -> None:
    assert set(tuner.__all__) == NAMES | {"__version__", "__author__"}
    assert all(getattr(tuner, name) is getattr(tuner.core, name) for name in NAMES)
    assert tuner.__version__.split(".")[0].isdigit()
    assert tuner.__author__


@pytest.mark.parametrize("module", [tuner, tuner.core])
def test_an_unknown_name_is_an_attribute_error(module: object) -> None:
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = module.NoSuchName  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["ITrainingBackend", "IEvaluationBackend", "IHandler", "IDiscoveryService"])
def test_interfaces_cannot_be_instantiated(name: str) -> None:
    interface = getattr(tuner, name)
    assert issubclass(interface, ABC)
    with pytest.raises(TypeError, match="abstract"):
        interface()


@pytest.mark.parametrize(
    ("name", "members"),
    [
        (
            "ITrainingBackend",
            {"name", "get_available_methods", "load_config", "execute", "validate_environment"},
        ),
        ("IEvaluationBackend", {"name", "list_models", "validate_connection", "default_host", "default_port"}),
        ("IHandler", {"name", "handle", "can_handle_direct_mode"}),
        ("IDiscoveryService", {"discover"}),
    ],
)
def test_interfaces_ask_for_what_the_contracts_name(name: str, members: set[str]) -> None:
    assert getattr(tuner, name).__abstractmethods__ == members


def test_execute_takes_its_arguments_by_the_names_of_the_contract() -> None:
    assert list(inspect.signature(tuner.ITrainingBackend.execute).parameters) == ["self", "config", "python_path"]


@pytest.mark.parametrize("name", ["TrainingConfig", "CheckpointInfo", "UploadConfig", "EvalConfig"])
def test_data_classes_are_pydantic_models(name: str) -> None:
    assert issubclass(getattr(tuner, name), pydantic.BaseModel)


def test_modules_for_training_scripts_need_the_standard_library_alone() -> None:
    code = f"""
import importlib, sys
for name in {STANDARD_LIBRARY_ONLY!r}:
    importlib.import_module(name)
print([m for m in ("pydantic", "orjson", "ruamel.yaml", "torch", "textual", "pyarrow") if m in sys.modules])
try:
    import pydantic
except ImportError:
    print("nothing installed is visible")
"""
    done = run_python(code, standard_library_only=True)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["[]", "nothing installed is visible"]


def test_importing_tuner_loads_no_heavy_module() -> None:
    done = run_python(
        "import sys, tuner, tuner.runs.rows; print([m for m in ('torch', 'textual', 'pydantic') if m in sys.modules])"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
