"""The findings that an analysis makes, by their stable codes. Documents and SARIF take their texts from here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """``title`` in a few words, ``help``: what to do about it, ``estimate``: how long that usually takes."""

    code: str
    title: str
    help: str
    estimate: str = "minutes"


CODES = {
    code.code: code
    for code in (
        Code(
            "MF001",
            "A file cannot be read",
            "The file has a syntax error, bytes that its encoding does not have, or code nested too deeply to follow. "
            "It is left as it is and the rest of the project goes on. Mend the place that the message names.",
        ),
        Code(
            "MF003",
            "A package is bound to PyTorch or CUDA",
            "The package brings kernels or a trainer of its own. The part that uses it has to be written anew.",
            estimate="redesign",
        ),
        Code(
            "MF004",
            "A package needs a counterpart in MindSpore",
            "The message names what takes its place; the calls of the package are not translated.",
            estimate="hours",
        ),
        Code("MF005", "mindferry.toml cannot be used", "Correct the line that the message names."),
        Code(
            "MF006",
            "No entry point was found",
            'Name the script that trains in mindferry.toml: [run] entry = "train.py".',
        ),
        Code(
            "MF007",
            "Code that is made at run time",
            "exec, eval and computed imports cannot be followed. Check by hand whether PyTorch is named in them.",
        ),
        Code(
            "MF008",
            "A source that is not read",
            "Notebooks, C++, CUDA and Cython sources are handed on as they are. Move what trains into Python files.",
            estimate="hours",
        ),
        Code(
            "MF009",
            "A file of PyTorch weights",
            "python -m migrator checkpoint IN.pth -o OUT.ckpt converts it by the model's structure.",
        ),
        Code(
            "MF110",
            "An API that is not translated",
            "The catalog has no MindSpore form for it. The call is left as it is, under a comment that says why.",
            estimate="hours",
        ),
    )
}
