"""``checkpoint``: convert a file of weights, there and back."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.commands import DONE, FINDINGS, UsageError

if TYPE_CHECKING:
    from migrator.checkpoints.structure import Structure

HELP = "convert .pth, .pt, .bin or .safetensors to .ckpt or .safetensors, and back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", metavar="IN", help="the file to read; nothing in it is executed")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="the file to write; its suffix says what")
    parser.add_argument(
        "--model",
        metavar="MODULE:CLASS",
        help='the model whose weights these are: net:Net or "net:Net(10, dropout=0.5)"; it is made in the sandbox',
    )
    parser.add_argument("--project", metavar="FOLDER", default=".", help="where --model is found (default: here)")
    parser.add_argument("--like", metavar="CKPT", help="instead of --model: a MindSpore checkpoint of the same model")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="not the weights alone, but all that was saved with them: optimizer, epoch; as translated programs load it",
    )
    parser.add_argument("--key", metavar="NAME", default="", help='the entry with the weights: "model", "ema.shadow"')


def run(arguments: argparse.Namespace) -> int:
    from migrator.checkpoints.convert import convert
    from migrator.checkpoints.torch_file import CheckpointError

    source, target = Path(arguments.checkpoint), Path(arguments.output)
    like = Path(arguments.like) if arguments.like else None
    for path in (source, like):
        if path is not None and not path.is_file():
            raise UsageError(f"there is no file {path}")
    if not target.parent.is_dir():
        raise UsageError(f"{target} cannot be written: there is no folder {target.parent}")
    if target.exists() and target.samefile(source):
        raise UsageError("the output would overwrite the input; choose another name")
    structure = _structure(arguments.model, arguments.project) if arguments.model else None
    if arguments.whole and (like or arguments.key or ".safetensors" in (source.suffix, target.suffix)):
        raise UsageError("--whole goes between a .pth and a .ckpt, with neither --like nor --key")
    try:
        if arguments.whole:
            from migrator.checkpoints.whole import convert_whole

            done = convert_whole(source, target, structure=structure)
        else:
            done = convert(source, target, structure=structure, like=like, key=arguments.key)
    except CheckpointError as error:
        raise UsageError(f"{source.name}: {error}") from error
    if done.left_out:
        print(f"left out, since the model has no place for it: {', '.join(done.left_out)}")
    if done.guessed:
        names = ", ".join(entry.mindspore for entry in done.guessed[:5])
        print(f"guessed from names alone: {names}{', …' if len(done.guessed) > 5 else ''}; --model makes it certain")
    print(f"{done.parameters} parameters; written to {target}")
    return FINDINGS if done.left_out else DONE


def _structure(model: str, folder: str) -> Structure:
    """The names of the project's own model. A project that is still PyTorch's is translated for it first."""
    from migrator.execution.model_structure import Model, ModelError, structure_of
    from migrator.execution.sandbox import SandboxMissing, find_confinement
    from migrator.sources import SourceError, open_project
    from migrator.translation import translate_project

    try:
        wanted = Model.parse(model)
        project = open_project(folder)
    except (ValueError, SourceError) as error:
        raise UsageError(f"--model: {error}") from error
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        translate_project(project, target="cpu").write_to(place / "translated")
        try:
            return structure_of(place / "translated", wanted, find_confinement(), place / "scratch")
        except (ModelError, SandboxMissing) as error:
            raise UsageError(f"--model: {error}") from error
