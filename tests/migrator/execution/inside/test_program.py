"""What a migrated program may import."""

import importlib.util
import subprocess
import sys
import textwrap
from pathlib import Path


def imported(project: Path, statement: str) -> str:
    program = f"""
        import sys
        from pathlib import Path
        sys.path.insert(0, {str(project)!r})
        from migrator.execution.inside.program import block
        block(("torch", "torchtext"), Path({str(project)!r}))
        {statement}
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_a_blocked_package_is_refused(tmp_path: Path) -> None:
    assert importlib.util.find_spec("torch") is not None
    assert "not available to a migrated program" in imported(tmp_path, "import torch")


def test_a_module_of_the_program_with_that_name_is_not(tmp_path: Path) -> None:
    (tmp_path / "torchtext" / "data").mkdir(parents=True)
    (tmp_path / "torchtext" / "__init__.py").write_text("from .data import NAME\n")
    (tmp_path / "torchtext" / "data" / "__init__.py").write_text("NAME = 'own'\n")
    assert imported(tmp_path, "import torchtext.data; print(torchtext.NAME)") == "own"
    assert "not available" in imported(tmp_path, "import torch")
