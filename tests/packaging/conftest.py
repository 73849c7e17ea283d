"""The wheel, built once and installed in an empty environment that has its declared dependencies and nothing else."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.command_line import environment
from tests.support.subprocesses import ROOT


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it."""

    wheel: Path
    scripts: Path

    def run(self, *words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run one of its commands, away from the checkout."""
        variables = {k: v for k, v in environment().items() if k != "PYTHONPATH"}
        return subprocess.run(
            [str(self.scripts / str(words[0])), *map(str, words[1:])],
            cwd=cwd,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("packaging")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    python = folder / "venv" / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-index", "--no-deps", str(wheel))
    packages = folder / "dependencies"
    packages.mkdir()
    for name in dependencies("tuner-workbench"):
        expose(name, packages)
    site = sysconfig.get_path("purelib", vars={"base": str(folder / "venv"), "platbase": str(folder / "venv")})
    (Path(site) / "dependencies.pth").write_text(f"{packages}\n")
    return Installed(wheel, python.parent)


def run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def dependencies(name: str) -> set[str]:
    """All that a distribution declares to need, without extras, however indirectly."""
    found: set[str] = set()
    waiting = [(name, "")]
    while waiting:
        current, extras = waiting.pop()
        for text in distribution(current).requires or []:
            needed = Requirement(text)
            wanted = needed.marker is None or any(
                needed.marker.evaluate({"extra": e}) for e in extras.split(",") or [""]
            )
            if wanted and needed.name not in found:
                found.add(needed.name)
                waiting.append((needed.name, ",".join(needed.extras)))
    return found


def expose(name: str, folder: Path) -> None:
    """Link what a distribution has installed, and nothing beside it."""
    found = distribution(name)
    for top in {p.parts[0] for p in found.files or [] if p.parts[0] not in {"..", "__pycache__"}}:
        link = folder / top
        if not link.exists():
            link.symlink_to(Path(str(found.locate_file(top))))
