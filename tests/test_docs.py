"""What can be set, called or reported is documented, or a test here fails."""

import pkgutil
import re
import subprocess
from pathlib import Path

import pytest

from migrator import commands

ROOT = Path(__file__).resolve().parent.parent
DOCS = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}
EVERYWHERE = "\n".join([*DOCS.values(), (ROOT / "README.md").read_text()])
#: Set by MindFerry itself for its own child processes.
INTERNAL = {"MINDFERRY_RUN", "MINDFERRY_SANDBOX"}


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def product_sources():
    return [path for path in tracked("*.py", "*.toml", "Makefile", ".ci/run") if "tests" not in path.parts]


def test_every_setting_is_documented():
    words = {
        word
        for path in product_sources()
        for word in re.findall(r"\b(?:MINDFERRY_[A-Z][A-Z_]*[A-Z]|DATABASE_URL|REDIS_URL)\b", path.read_text())
    }
    settings = set(re.findall(r"^\| `([A-Z_]+)` \|", DOCS["running.md"], re.M))
    assert words - INTERNAL - settings == set()
    assert settings - words == set()


def test_every_command_is_documented():
    for module in pkgutil.iter_modules(commands.__path__):
        assert f"`python -m migrator {module.name}" in DOCS["running.md"]


def test_every_make_target_is_documented():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^(\w+):.*## ", makefile, re.M):
        assert f"make {target}" in EVERYWHERE, target


def test_every_finding_code_is_documented():
    codes = {
        code
        for path in product_sources()
        for code in re.findall(r"\bMF[0-9]{3}\b", path.read_text())
        if "migrator" in path.parts and "samples" not in path.parts
    }
    # The one that docstrings take for an example.
    codes -= {"MF101", "MF123"}
    documented = set(re.findall(r"^\| (MF[0-9]{3}) \|", DOCS["analysis.md"] + DOCS["findings.md"], re.M))
    assert codes - documented == set()


@pytest.mark.parametrize("page", [*sorted(DOCS), "../README.md", "../CHANGELOG.md"])
def test_no_link_leads_nowhere(page):
    path = ROOT / "docs" / page
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_the_readme_names_both_commands_and_shows_the_parity_page():
    first_screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:20])
    assert "make demo" in first_screen
    assert "make up" in first_screen
    assert "docs/parity.png" in first_screen


def test_mindferry_toml_is_documented_as_it_is_read():
    import tomllib

    from migrator.project import Project, ProjectSettings

    example = re.search(r"```toml\n(.*?)```", DOCS["running.md"], re.S).group(1)
    project = Project.from_files("p", {"train.py": b"", "mindferry.toml": example.encode()})
    assert ProjectSettings.read(project).steps == tomllib.loads(example)["limits"]["steps"]
