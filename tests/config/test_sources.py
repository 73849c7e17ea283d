"""Folders elsewhere whose runs a workspace shows: kept in its settings, which stay as their owner wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuner.config.settings import load_settings
from tuner.config.sources import add_source, remove_source, sources_of
from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError

MINE = """\
# my settings
theme: tuner-light  # by day
sources:
  - /first  # the old machine
keys: {}
"""


def settings_file(workspace: Workspace, text: str) -> Path:
    workspace.hidden.mkdir(exist_ok=True)
    file = workspace.hidden / "settings.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "else where"
    folder.mkdir()
    return folder


def test_added_once_read_back_and_removed(workspace: Workspace, elsewhere: Path) -> None:
    assert sources_of(workspace) == []
    assert add_source(workspace, elsewhere) == [elsewhere]
    assert add_source(workspace, elsewhere / "..") == [elsewhere, elsewhere.parent]
    assert add_source(workspace, elsewhere) == [elsewhere, elsewhere.parent]
    assert load_settings(workspace).sources == [str(elsewhere), str(elsewhere.parent)]
    assert remove_source(workspace, elsewhere) == [elsewhere.parent]
    assert remove_source(workspace, elsewhere.parent) == []


def test_comments_and_order_stay(workspace: Workspace, elsewhere: Path) -> None:
    file = settings_file(workspace, MINE)
    add_source(workspace, elsewhere)
    text = file.read_text()
    assert [line for line in MINE.splitlines() if line not in text] == []
    assert text.index("theme") < text.index("sources") < text.index("keys")
    assert sources_of(workspace) == [Path("/first"), elsewhere]
    remove_source(workspace, Path("/first"))
    assert "# by day" in file.read_text()
    assert sources_of(workspace) == [elsewhere]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "theme: tuner-dark\n"])
def test_a_file_without_sources(workspace: Workspace, elsewhere: Path, text: str) -> None:
    file = settings_file(workspace, text)
    add_source(workspace, elsewhere)
    assert file.read_text().startswith(text)
    assert sources_of(workspace) == [elsewhere]


def test_relative_sources_mean_the_workspace_and_missing_ones_can_be_removed(workspace: Workspace) -> None:
    settings_file(workspace, "sources: [../gone, 3, ../gone]\n")
    gone = workspace.root.parent / "gone"
    assert sources_of(workspace) == [gone]
    assert remove_source(workspace, gone) == []


@pytest.mark.parametrize("text", ["sources: [", "sources: one\n", "theme: x  # no sources\n", "sources:\n"])
def test_a_list_that_cannot_be_read_is_empty(workspace: Workspace, text: str) -> None:
    settings_file(workspace, text)
    assert sources_of(workspace) == []


def test_a_broken_file_is_told_before_it_is_changed(workspace: Workspace, elsewhere: Path) -> None:
    file = settings_file(workspace, "theme: [\n")
    with pytest.raises(ConfigurationError, match=r"settings\.yaml:\d"):
        add_source(workspace, elsewhere)
    assert file.read_text() == "theme: [\n"


def test_what_is_no_source(workspace: Workspace, elsewhere: Path) -> None:
    file = elsewhere / "file"
    file.touch()
    with pytest.raises(ConfigurationError, match="does not exist"):
        add_source(workspace, elsewhere / "missing")
    with pytest.raises(ConfigurationError, match="is not a folder"):
        add_source(workspace, file)
    with pytest.raises(ConfigurationError, match="is the workspace itself"):
        add_source(workspace, workspace.root)
    with pytest.raises(ConfigurationError, match="is no source") as caught:
        remove_source(workspace, elsewhere)
    assert caught.value.hint == "its sources: none"


def test_settings_that_cannot_be_written(
    workspace: Workspace, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tuner.runs.atomic.write_bytes", refuse)
    with pytest.raises(ConfigurationError, match="cannot write"):
        add_source(workspace, elsewhere)
