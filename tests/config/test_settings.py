"""Settings: the user's file, then the workspace's, then variables, each laid over the one before."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tuner.config.settings import Settings, load_settings, user_settings_file
from tuner.config.workspace import Workspace
from tuner.core import ConfigurationError


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_without_any_file_there_are_defaults(workspace: Workspace, environment: dict[str, str]) -> None:
    settings = load_settings(workspace, environment)
    assert settings == Settings()
    assert settings.python_path("cpu") == sys.executable


def test_later_sources_rule_key_by_key(workspace: Workspace, environment: dict[str, str]) -> None:
    user = "theme: user\ndefault_backend: rtx\nkeys: {quit: q, help: f1}\nbackends: {rtx: {python_path: /opt/rtx}}\n"
    write(user_settings_file(environment), user)
    write(workspace.hidden / "settings.yaml", "theme: workspace\nkeys: {quit: x}\npublishing: {target: 'dir:a'}\n")
    environment["TUNER_PUBLISHING__TARGET"] = "hub:me/m"
    environment["TUNER_BACKENDS__MAC__PYTHON_PATH"] = "/opt/mac"
    settings = load_settings(workspace, environment)
    assert settings.theme == "workspace"
    assert settings.default_backend == "rtx"
    assert settings.keys == {"quit": "x", "help": "f1"}
    assert settings.publishing.target == "hub:me/m"
    assert (settings.python_path("rtx"), settings.python_path("mac")) == ("/opt/rtx", "/opt/mac")


def test_variables_rule_over_both_files(workspace: Workspace, environment: dict[str, str]) -> None:
    write(user_settings_file(environment), "theme: user\n")
    write(workspace.hidden / "settings.yaml", "theme: workspace\n")
    assert load_settings(workspace, {**environment, "TUNER_THEME": "variable"}).theme == "variable"


def test_the_environment_of_the_process_is_read_by_default(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNER_THEME", "from-the-process")
    assert load_settings(workspace).theme == "from-the-process"


def test_variables_that_are_no_settings_are_passed_over(workspace: Workspace, environment: dict[str, str]) -> None:
    others = {"TUNER_WORKSPACE": "/x", "TUNER_LOG_LEVEL": "debug", "THEME": "no", "theme": "no"}
    assert load_settings(workspace, environment | others) == Settings()


def test_a_value_and_a_section_of_one_name_in_variables(workspace: Workspace, environment: dict[str, str]) -> None:
    settings = load_settings(workspace, {**environment, "TUNER_THEME": "dark", "TUNER_THEME__INNER": "x"})
    assert settings.theme == "dark"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour: red\n", "colour: unknown key 'colour'"),
        ("backends: {rtx: {pyhton_path: x}}\n", "backends.rtx.pyhton_path"),
        ("keys: 3\n", "keys: 3 is not"),
        ("theme: [\n", "settings.yaml:2"),
    ],
)
def test_a_broken_file_is_named(workspace: Workspace, environment: dict[str, str], text: str, said: str) -> None:
    path = workspace.hidden / "settings.yaml"
    write(path, text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(workspace, environment)
    assert str(path) in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint


def test_a_hint_names_settings_not_parameters_of_a_job(workspace: Workspace, environment: dict[str, str]) -> None:
    write(workspace.hidden / "settings.yaml", "them: x\n")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(workspace, environment)
    assert "theme" in caught.value.hint


def test_a_broken_variable_is_told(workspace: Workspace, environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"TUNER_\*: keys"):
        load_settings(workspace, {**environment, "TUNER_KEYS": "q"})


def test_the_users_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_settings_file({"XDG_CONFIG_HOME": "/etc/me"}) == Path("/etc/me/tuner/settings.yaml")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_settings_file({}) == tmp_path / ".config" / "tuner" / "settings.yaml"


def test_a_tilde_in_an_interpreter_means_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = Settings.model_validate({"backends": {"rtx": {"python_path": "~/env/bin/python"}, "mac": {}}})
    assert settings.python_path("rtx") == str(tmp_path / "env/bin/python")
    assert settings.python_path("mac") == sys.executable


def test_the_interpreter_of_an_unknown_user_stays_as_written() -> None:
    settings = Settings.model_validate({"backends": {"rtx": {"python_path": "~no-such-user/python"}}})
    assert settings.python_path("rtx") == "~no-such-user/python"


def test_the_ways_to_notify_are_read_by_name(workspace: Workspace, environment: dict[str, str]) -> None:
    assert load_settings(workspace, environment).ways_to_notify == ("bell", "osc9")
    assert load_settings(workspace, {**environment, "TUNER_NOTIFY": "osc9"}).ways_to_notify == ("osc9",)
    assert load_settings(workspace, {**environment, "TUNER_NOTIFY": "none"}).ways_to_notify == ()
    with pytest.raises(ConfigurationError, match="bell, osc9"):
        load_settings(workspace, {**environment, "TUNER_NOTIFY": "smoke"})
