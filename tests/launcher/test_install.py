import json
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import install

ROOT = Path(install.ROOT)


@pytest.fixture
def venv(tmp_path):
    folder = tmp_path / "venv"
    install.python(folder).parent.mkdir(parents=True)
    install.python(folder).symlink_to(sys.executable)
    return folder


def stamp(venv, **words):
    (venv / install.STAMP).write_text(json.dumps({"digest": install.digest(), "extras": ["web", "worker"], **words}))


def test_the_web_needs_neither_framework():
    assert not any(line.startswith(("torch", "mindspore")) for line in install.requirements(["web"]))
    assert any(line.startswith("torch") for line in install.requirements(["web", "worker"]))


def test_an_unknown_extra_is_an_error():
    with pytest.raises(KeyError):
        install.requirements(["wbe"])


def test_what_the_stamp_names_is_not_installed_again(venv):
    stamp(venv)
    assert install.installed(venv, ["web"])
    assert install.installed(venv, ["web", "worker"])
    assert not install.installed(venv, ["web", "dev"])


@pytest.mark.parametrize("words", [{"digest": "another"}, {"extras": []}])
def test_other_pins_or_extras_are_installed(words, venv):
    stamp(venv, **words)
    assert not install.installed(venv, ["web"])


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_damaged_stamp_is_no_stamp(content, venv):
    (venv / install.STAMP).write_text(content)
    assert not install.installed(venv, ["web"])


def test_an_environment_without_its_python_is_made_anew(venv):
    stamp(venv)
    install.python(venv).unlink()
    assert not install.installed(venv, ["web"])


def test_every_requirement_is_pinned():
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines()}
    for line in install.requirements(["web", "worker", "dev"]):
        name = line.partition("[")[0].partition(">")[0].partition("=")[0].partition("<")[0]
        assert name.lower() in pinned, line


def test_it_installs_into_a_new_environment_as_pip_is_set_up(tmp_path, monkeypatch):
    """A real environment, with a real package out of a folder of wheels: no index is asked."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (source / "backend.py").write_text(
        "import zipfile, os\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        "    name = 'ferrytest-1.0-py3-none-any.whl'\n"
        "    with zipfile.ZipFile(os.path.join(folder, name), 'w') as wheel:\n"
        "        wheel.writestr('ferrytest.py', 'x = 1')\n"
        "        info = 'ferrytest-1.0.dist-info/'\n"
        "        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: ferrytest\\nVersion: 1.0\\n')\n"
        "        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n"
        "        wheel.writestr(info + 'RECORD', '')\n"
        "    return name\n"
    )
    wheels = tmp_path / "wheels"
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "-w", wheels, source], check=True
    )
    root = tmp_path / "clone"
    root.mkdir()
    (root / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\ndependencies = []\noptional-dependencies.web = ["ferrytest"]\n'
    )
    (root / "constraints.txt").write_text("ferrytest==1.0\n")
    monkeypatch.setattr(install, "ROOT", root)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    venv = tmp_path / "venv"
    install.install(venv, ["web"])
    assert install.installed(venv, ["web"])
    subprocess.run([install.python(venv), "-c", "import ferrytest"], check=True)


def test_the_engine_is_compiled_where_python_does_not_do_so_itself(tmp_path, monkeypatch):
    (tmp_path / "migrator").mkdir()
    (tmp_path / "migrator" / "part.py").write_text("x = 1\n")
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    install.compile_modules(Path(sys.prefix))
    assert [path.name.partition(".")[0] for path in (tmp_path / "migrator" / "__pycache__").iterdir()] == ["part"]


def test_the_command_needs_nothing_but_python(tmp_path):
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); import launcher.install"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
