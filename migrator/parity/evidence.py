"""How much is known about each line of a translated file.

A line is *unchanged* where it stands in the original as it is, else *translated*; *executed* where it ran in replay;
*forward matched* where it ran inside a training step and the first loss was equal; *gradient matched* where the
gradients were equal too. Lines that hold no code have the state of what they are: unchanged or translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

UNCHANGED, TRANSLATED, EXECUTED = "unchanged", "translated", "executed"
FORWARD_MATCHED, GRADIENT_MATCHED = "forward matched", "gradient matched"


def states_of(
    original: str, translated: str, line_map: Sequence[int], ran: Mapping[str, Any], best: str
) -> tuple[str, ...]:
    """One state a line of ``translated``; ``best`` is what a line inside a training step may be said to be."""
    before = original.splitlines()
    executed, in_step = set(ran.get("ran", ())), set(ran.get("in_step", ()))
    states = []
    for number, text in enumerate(translated.splitlines(), 1):
        origin = line_map[number - 1] if number <= len(line_map) else 0
        if number in in_step:
            states.append(best)
        elif number in executed:
            states.append(EXECUTED)
        elif 0 < origin <= len(before) and before[origin - 1] == text:
            states.append(UNCHANGED)
        else:
            states.append(TRANSLATED)
    return tuple(states)


def best_state(ladder: Mapping[str, str]) -> str:
    """What the ladder (rung → state) allows to be said of a line that ran inside a training step."""
    if ladder.get("first-step loss") != "pass":
        return EXECUTED
    return GRADIENT_MATCHED if ladder.get("gradients") == "pass" else FORWARD_MATCHED
