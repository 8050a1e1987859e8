"""Makes the virtual environment and installs what pyproject.toml asks for. Run by the machine's own Python.

    python3 -m launcher.install --venv .venv web worker

The project itself is not installed: it runs from its folder, so one environment can serve several clones.
What was installed is written into a stamp inside the environment; where nothing changed since, this takes
milliseconds and needs no network. All of pip's own settings (index, proxy, wheel folders) hold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "mindferry-installed.json"
#: What tests need beside Python packages: program → Debian package.
TOOLS = {"chromium": "chromium", "bwrap": "bubblewrap"}


def requirements(extras: Sequence[str]) -> list[str]:
    """The project's dependencies with those of the extras, as pip takes them. KeyError for an unknown extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]


def digest() -> str:
    """Changes when the project's dependencies or their pins do."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = json.dumps([project["dependencies"], project["optional-dependencies"]])
    return hashlib.sha256(wanted.encode() + (ROOT / "constraints.txt").read_bytes()).hexdigest()


def installed(venv: Path, extras: Sequence[str]) -> bool:
    """True where the stamp says that these extras are installed as the project asks for them now."""
    try:
        stamp = json.loads((venv / STAMP).read_text())
    except (OSError, ValueError):
        return False
    if not isinstance(stamp, dict):
        return False
    return stamp.get("digest") == digest() and set(extras) <= set(stamp.get("extras", [])) and python(venv).exists()


def python(venv: Path) -> Path:
    return venv / "bin" / "python"


def install(venv: Path, extras: Sequence[str]) -> None:
    """Create the environment where there is none and install into it. CalledProcessError where pip fails."""
    if not python(venv).exists():
        print(f"Making the environment {venv} with Python {sys.version.split()[0]}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    print(
        f"Installing {', '.join(extras)} into {venv} (PyTorch and MindSpore are large: minutes, not seconds)",
        flush=True,
    )
    started = time.monotonic()
    listed = venv / "mindferry-requirements.txt"
    listed.write_text("\n".join(requirements(extras)) + "\n")
    pip = [str(python(venv)), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", "-qq"]
    subprocess.run([*pip, "-r", str(listed), "-c", str(ROOT / "constraints.txt")], check=True)
    (venv / STAMP).write_text(json.dumps({"digest": digest(), "extras": sorted(extras)}) + "\n")
    print(f"Installed in {time.monotonic() - started:.0f} s", flush=True)


def compile_modules(venv: Path) -> None:
    """Compile the engine's modules, as pip does with what it installs: where ``PYTHONDONTWRITEBYTECODE`` is set every
    command would compile them for itself, which takes it half a second."""
    subprocess.run([str(python(venv)), "-m", "compileall", "-qq", str(ROOT / "migrator")], check=False)


def install_tools() -> None:
    """Get the programs that some tests need from the system's packages, where that is possible; say so where not."""
    missing = [package for program, package in TOOLS.items() if shutil.which(program) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"Without {' and '.join(missing)} some tests are skipped. Install: apt-get install {' '.join(missing)}")
        return
    print(f"Installing {', '.join(missing)} from the system's packages", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=environment, check=False, **quiet)
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    if subprocess.run(command, env=environment, check=False, **quiet).returncode != 0:
        print(f"apt-get could not install {' '.join(missing)}: some tests are skipped")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m launcher.install", description="Install MindFerry's dependencies")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="the environment (default: .venv)")
    parser.add_argument("--tools", action="store_true", help="also install Chromium and bubblewrap, for the tests")
    parser.add_argument("extras", nargs="+", help="web, worker, dev")
    options = parser.parse_args()
    venv = options.venv.expanduser().absolute()
    if options.tools:
        install_tools()
    try:
        if not installed(venv, options.extras):
            install(venv, options.extras)
    except subprocess.CalledProcessError as error:
        if "venv" in error.cmd:
            print("Python could not make an environment. On Debian or Ubuntu: apt-get install python3-venv")
        else:
            print(
                "pip could not install the dependencies; its message stands above. Run the same command again to go on."
            )
        return 1
    compile_modules(venv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
