"""Processor and memory, measured on real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.waiting import wait_for
from tuner.machine.host import HostReader
from tuner.machine.process_tree import ProcessTree

# One that only waits, with a child that takes 64 MB and counts for ever.
BUSY_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "b = bytearray(64_000_000)\\nwhile True: pass"])
print("started", flush=True)
sys.stdin.read()
child.kill()
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", BUSY_CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdin is not None
    process.stdout.readline()
    yield process
    process.stdin.close()
    process.wait(20)
    process.stdout.close()


def test_a_tree_counts_its_children(parent: subprocess.Popen[bytes]) -> None:
    tree = ProcessTree(parent.pid)
    assert tree.read()[0] is None, "nothing to measure from yet"
    cpu, resident = wait_for(lambda: _busy(tree), 30)
    assert 5 < cpu < 150 and resident > 64_000_000


def _busy(tree: ProcessTree) -> tuple[float, int] | None:
    cpu, resident = tree.read()
    return (cpu, resident) if cpu is not None and cpu > 5 and resident > 64_000_000 else None


def test_a_tree_that_has_ended_takes_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    tree = ProcessTree(process.pid)
    tree.read()
    process.wait()
    assert tree.read() == (None, 0)
    assert ProcessTree(process.pid).read() == (None, 0)


def test_the_host_has_a_load_from_the_second_look_on() -> None:
    reader = HostReader()
    first = reader.read()
    assert first.cpu_percent is None and 0 < first.memory_used <= first.memory_total
    assert 0 < first.memory_percent <= 100
    load = wait_for(lambda: reader.read().cpu_percent, 20)
    assert 0 <= load <= 100
