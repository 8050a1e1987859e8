"""What a translation rule is."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from migrator.rewriting.file import FileWork


class Stage(enum.IntEnum):
    """The order in which rules are applied; within a stage by module name. A later rule's replacement of the same
    node takes the earlier one's place, and a rule asks ``work.is_replaced(node)`` where it must not."""

    TRAINING = 10  # backward() and what leads to it: claims statements
    DATA = 20
    MODEL = 30
    CHECKPOINT = 40
    DEVICE = 50
    CALLS = 60  # the catalog, call by call


class Rule(ABC):
    """One translation rule: a module in :mod:`migrator.rules` with one subclass, whose docstring is its page.

    ``examples`` are pairs (PyTorch source, what it becomes for ``target="cpu"`` without the import lines);
    ``unchanged`` are sources that the rule must leave alone. Tests and documentation are made from them.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    stage: ClassVar[Stage]
    examples: ClassVar[tuple[tuple[str, str], ...]] = ()
    unchanged: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def apply(self, work: FileWork) -> None:
        """Looks at one file and puts its replacements into ``work.edits``."""
