"""Telling a process from a later one of the same id."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from tests.support.waiting import wait_for
from tuner.jobs.identity import boot_id, host_name, identify, is_alive
from tuner.runs.state_file import ProcessIdentity


def test_this_process_is_alive() -> None:
    me = identify()
    assert is_alive(me)
    assert is_alive(ProcessIdentity(me.pid, me.started + 0.5)), "clocks are adjusted by fractions of a second"


def test_one_that_started_at_another_time_is_another() -> None:
    me = identify()
    assert not is_alive(ProcessIdentity(me.pid, me.started - 60))


def test_a_zombie_and_one_that_is_gone_are_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    identity = identify(child.pid)
    assert is_alive(identity)
    assert child.stdin is not None
    child.stdin.close()
    wait_for(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE)
    assert not is_alive(identity)
    child.wait()
    assert not is_alive(identity)
    with pytest.raises(psutil.NoSuchProcess):
        identify(child.pid)


def test_none_is_nobody() -> None:
    assert not is_alive(None)


def test_where_the_kernel_names_no_boot_its_time_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuner.jobs.identity.Path.exists", lambda _: False)
    monkeypatch.setattr("tuner.jobs.identity.sys.platform", "other")
    monkeypatch.setattr("tuner.jobs.identity.psutil.boot_time", lambda: 1234.5)
    assert boot_id.__wrapped__() == "1234"


@pytest.mark.parametrize(("code", "expected"), [(0, "ABC-DEF"), (1, "1234")])
def test_macos_names_its_boot_session(monkeypatch: pytest.MonkeyPatch, code: int, expected: str) -> None:
    answer = subprocess.CompletedProcess([], code, stdout="ABC-DEF\n")
    monkeypatch.setattr("tuner.jobs.identity.Path.exists", lambda _: False)
    monkeypatch.setattr("tuner.jobs.identity.sys.platform", "darwin")
    monkeypatch.setattr("tuner.jobs.identity.subprocess.run", lambda *_, **__: answer)
    monkeypatch.setattr("tuner.jobs.identity.psutil.boot_time", lambda: 1234.5)
    assert boot_id.__wrapped__() == expected


def test_host_and_boot_stay_the_same() -> None:
    assert host_name() and host_name() == host_name()
    assert boot_id() and boot_id() == boot_id()
