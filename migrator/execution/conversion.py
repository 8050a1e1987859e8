"""Convert the checkpoints that the original wrote into MindSpore's, by the names that the replay found in the models.

A checkpoint comes from a program that nobody trusts, so it is read in the sandbox. There the checkpoints' room is all
that can be seen of the engine.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import migrator
from migrator.execution.limits import Limits
from migrator.execution.runs import open_plain, read_lines
from migrator.execution.sandbox import Binding, Command, Confinement
from migrator.execution.supervisor import Watch

TORCH = (".pth", ".pt")
MOST = 20
LIMITS = Limits(wall_seconds=300)

_PROGRAM = """
import json, sys
from pathlib import Path
from migrator.checkpoints.convert import convert, read_parameters
from migrator.checkpoints.names import Layout
from migrator.checkpoints.structure import COUNTER, Entry, Structure

source, target = Path(sys.argv[1]), Path(sys.argv[2])
models = [
    Structure(tuple(Entry(torch, mindspore, Layout(layout)) for torch, mindspore, layout in names))
    for names in json.loads((target / "models.json").read_text())
]
told = {}
for path in sorted(source.rglob("*")):
    if path.suffix not in (".pth", ".pt"):
        continue
    name = path.relative_to(source).with_suffix(".ckpt")
    try:
        keys = {key for key in read_parameters(path).arrays if not key.endswith(COUNTER)}
        fitting = [model for model in models if keys == {entry.torch for entry in model.entries}]
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        convert(path, target / name, structure=fitting[0] if fitting else None)
        told[name.as_posix()] = ""
    except Exception as error:
        told[name.as_posix()] = f"{path.name}: {error}"
(target / "told.json").write_text(json.dumps(told))
"""


@dataclass(frozen=True)
class Converted:
    """``files`` were written, relative to the target; ``problems`` say which could not be converted, and why."""

    files: tuple[str, ...]
    problems: tuple[str, ...]


def convert_checkpoints(source: Path, target: Path, replay_record: Path, confinement: Confinement) -> Converted:
    """Convert every ``.pth`` and ``.pt`` below ``source`` into ``target``, which is made where there are any."""
    found = [path for path in sorted(source.rglob("*")) if path.suffix in TORCH and path.is_file()][:MOST]
    if not found:
        return Converted((), ())
    lines = read_lines(replay_record, "names", 100)
    models = list({line.get("root"): line["names"] for line in lines if isinstance(line.get("names"), list)}.values())
    with tempfile.TemporaryDirectory(prefix="mindferry-") as folder:
        given, made = Path(folder) / "given", Path(folder) / "made"
        made.mkdir()
        for path in found:
            copy = given / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        (made / "models.json").write_text(json.dumps(models), encoding="utf-8")
        said = _run(given, made, confinement)
        return _collect(made, target, said)


def _run(given: Path, made: Path, confinement: Confinement) -> str:
    given.parent.chmod(0o755)
    bindings = [
        Binding("given", given),
        Binding("made", made, writable=True),
        Binding("engine/migrator", Path(migrator.__file__).parent),
    ]
    command = Command(["-c", _PROGRAM, "{given}", "{made}"], bindings, "{made}", {"PYTHONPATH": "{engine/migrator}/.."})
    output: list[bytes] = []
    outcome = confinement.run(command, LIMITS, Watch(on_output=output.append))
    if outcome.exit_code == 0 and not outcome.stopped_by:
        return ""
    lines = b"".join(output).decode("utf-8", "replace").strip().splitlines()
    return outcome.stopped_by or (lines[-1] if lines else f"exit code {outcome.exit_code}")


def _collect(made: Path, target: Path, said: str) -> Converted:
    if said:
        return Converted((), (f"The original's checkpoints could not be converted: {said}",))
    file = open_plain(made / "told.json")
    if file is None:
        return Converted((), ())
    with file:
        told = json.loads(file.read())
    files: list[str] = []
    for name, problem in told.items():
        place = target / name
        # Neither the name nor a linked folder on its way may lead anywhere else.
        inside = all((folder / name).resolve().is_relative_to(folder.resolve()) for folder in (made, target))
        written = open_plain(made / name) if inside and not problem else None
        if written is None:
            continue
        with written:
            place.parent.mkdir(parents=True, exist_ok=True)
            with open(place, "wb") as out:
                shutil.copyfileobj(written, out)
        files.append(name)
    return Converted(tuple(files), tuple(str(problem)[:300] for problem in told.values() if problem))
