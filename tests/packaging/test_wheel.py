"""The wheel in an empty environment: what is in it, and that its commands work there."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import Installed
from tests.support.fake_trainers import TRAINS
from tests.support.plain_workspace import furnish
from tests.support.pretender import pretend
from tests.support.processes import none_left
from tests.support.subprocesses import ROOT
from tuner.config.workspace import Workspace
from tuner.version import __version__

pytestmark = pytest.mark.xdist_group("packaging")


def test_the_wheel_holds_all_that_is_needed_and_no_more(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    presets = {
        f"tuner/presets/{p.relative_to(ROOT / 'configs').as_posix()}" for p in (ROOT / "configs").glob("*/*.yaml")
    }
    trainers = {p.relative_to(ROOT).as_posix() for p in (ROOT / "Trainers").glob("*/configs/config.yaml")}
    assert len(presets) >= 6 and len(trainers) >= 4
    assert presets | trainers <= names
    assert any(n.endswith(".dist-info/licenses/LICENSE") for n in names)
    assert {"tuner/py.typed", "Trainers/sft/train.py", "tuiapp/cli/main.py"} <= names
    tops = {n.partition("/")[0] for n in names}
    assert tops == {"tuner", "backends", "Evaluator", "Trainers", "tuiapp", f"tuner_workbench-{__version__}.dist-info"}
    assert not any("test" in n or n.endswith(".pyc") for n in names)


def test_the_version(installed: Installed, tmp_path: Path) -> None:
    assert installed.run("tuner", "--version", cwd=tmp_path).stdout == f"tuner {__version__}\n"


def test_the_environment_is_empty_but_for_what_the_wheel_declares(installed: Installed, tmp_path: Path) -> None:
    code = "import importlib.util as u; print([n for n in ('torch', 'pytest', 'trl', 'datasets') if u.find_spec(n)])"
    done = installed.run("python", "-c", code, cwd=tmp_path)
    assert done.stdout == "[]\n"
    where = installed.run("python", "-c", "import tuner; print(tuner.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where.stdout


def test_doctor_finds_the_presets_and_says_how_to_get_the_rest(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("tuner", "doctor", "--json", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    checks = {c["name"]: c for c in json.loads(done.stdout)["checks"]}
    assert checks["presets"]["ok"] is True
    assert checks["train on cpu"]["ok"] is False
    assert "pip install 'tuner-workbench[train]'" in checks["train on cpu"]["hint"]
    assert list(tmp_path.iterdir()) == []


def test_a_configuration_is_made_from_a_preset_and_checked(installed: Installed, tmp_path: Path) -> None:
    listed = installed.run("tuner", "config", "new", "--list", "--json", cwd=tmp_path)
    assert {"cpu/sft-lora", "rtx/sft-qlora-8b"} <= {p["name"] for p in json.loads(listed.stdout)}
    assert installed.run("tuner", "config", "new", "mine.yaml", "--preset", "sft-lora", cwd=tmp_path).returncode == 0
    done = installed.run("tuner", "config", "validate", "mine.yaml", "--json", cwd=tmp_path)
    assert done.returncode == 2
    codes = [i["code"] for i in json.loads(done.stdout)["issues"]]
    assert codes == ["DATA_NOT_FOUND", "MODEL_NOT_FOUND"], "offline, with nothing in the Hub's cache"


def test_the_backends_are_found(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("tuner", "backends", "list", "--json", cwd=tmp_path)
    assert {b["name"] for b in json.loads(done.stdout)} >= {"cpu", "rtx", "mac", "ollama", "lmstudio", "openai"}


def test_a_run_in_another_interpreter_sees_our_packages_alone(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    workspace = furnish(Workspace(tmp_path / "w"))
    pretend(workspace, 'print(os.environ["PYTHONPATH"], sorted(os.listdir(os.environ["PYTHONPATH"])))\n' + TRAINS)
    with none_left(tmp_path):
        done = installed.run("tuner", "train", "sft.yaml", "--backend", "cpu", "--json", cwd=workspace.root)
    assert done.returncode == 0, done.stderr
    console = (Path(json.loads(done.stdout)["path"]) / "console.log").read_text()
    assert "['Trainers', 'tuner']" in console
    assert str(workspace.hidden) in console


def test_the_screen_has_help(installed: Installed, tmp_path: Path) -> None:
    done: subprocess.CompletedProcess[str] = installed.run("tuner-tui", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "WORKSPACE" in done.stdout.upper()
