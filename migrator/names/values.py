"""What kind of thing an expression is, as far as reading the source can tell."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from functools import lru_cache


class Kind(enum.Enum):
    UNKNOWN = "unknown"
    TENSOR = "tensor"
    PARAMETER = "parameter"
    BATCH = "batch"  # what a data loader yields: a tensor, or tensors in a tuple, list or dictionary
    MODULE = "module"
    OPTIMIZER = "optimizer"
    SCHEDULER = "scheduler"
    LOADER = "loader"
    DATASET = "dataset"
    SAMPLER = "sampler"
    TRANSFORM = "transform"
    DISTRIBUTION = "distribution"
    DEVICE = "device"
    DTYPE = "dtype"
    GENERATOR = "generator"
    SCALER = "scaler"
    STATE = "state"  # a state dict, or a mapping that came out of a checkpoint
    ARRAY = "array"  # NumPy
    PYTHON = "python"  # a plain value: number, string, None, function of the project …
    SEQUENCE = "sequence"  # a list, tuple or iterator whose elements are known
    MAPPING = "mapping"
    INSTANCE = "instance"  # an object of a project class that is none of the above
    REFERENCE = "reference"  # a module, class or function itself, by its qualified name


MODULE_STATE = "torch.nn.Module.state_dict"
"""What a state is ``of`` that holds a module's own tensors, and not what was read from a file."""

LAMBDA = "<lambda>"
"""How the name of what a ``lambda`` makes begins; of several that are meant, which are the items, it is the whole name."""

TENSOR_LIKE = frozenset({Kind.TENSOR, Kind.PARAMETER, Kind.BATCH})


@dataclass(frozen=True, slots=True)
class Value:
    """A kind, and where known the qualified name of its class (``of``) and its elements.

    ``items`` of a fixed-length tuple has one value per element; with ``many`` it has a single value that stands
    for every element of a collection of unknown length. ``elements`` of a tensor says what its numbers are
    (``bool``, ``int``, ``float``, ``complex``), or nothing where the source does not tell. An ``uncertain`` reference
    may be something else when the program runs: a parameter's default, or what one of two branches says; an
    ``uncertain`` tensor may be a plain number.
    """

    kind: Kind
    of: str = ""
    items: tuple[Value, ...] = ()
    many: bool = False
    elements: str = ""
    uncertain: bool = False

    @property
    def is_tensor(self) -> bool:
        return self.kind in TENSOR_LIKE

    def element(self, index: int | None = None) -> Value:
        """The value of one element, as subscripting, unpacking or iteration gives it."""
        if self.kind in (Kind.TENSOR, Kind.PARAMETER):
            return TENSOR
        if self.kind is Kind.BATCH:
            return BATCH
        if self.kind in (Kind.ARRAY,):
            return ARRAY
        if self.kind is Kind.STATE:
            return PARAMETER if self.of == MODULE_STATE else UNKNOWN
        if not self.items:
            return UNKNOWN
        if self.many:
            return self.items[0]
        if index is not None and -len(self.items) <= index < len(self.items):
            return self.items[index]
        return join_all(self.items)


UNKNOWN = Value(Kind.UNKNOWN)
TENSOR = Value(Kind.TENSOR)
PARAMETER = Value(Kind.PARAMETER)
BATCH = Value(Kind.BATCH)
ARRAY = Value(Kind.ARRAY)
PYTHON = Value(Kind.PYTHON)
NONE = Value(Kind.PYTHON, "None")
STATE = Value(Kind.STATE)


@lru_cache(maxsize=4096)
def reference(qualified: str) -> Value:
    return Value(Kind.REFERENCE, qualified)


def many(element: Value) -> Value:
    return Value(Kind.SEQUENCE, "", (element,), True)


def tuple_of(*items: Value) -> Value:
    return Value(Kind.SEQUENCE, "", items)


def in_doubt(value: Value) -> Value:
    """The same value, and where it is a reference, one that may turn out to be another."""
    named = value.kind in (Kind.REFERENCE, Kind.DTYPE) and value.of.startswith("torch")
    return replace(value, uncertain=True) if named and not value.uncertain else value


def one_of(*references: Value) -> Value:
    """A reference that is one of several, which are its items: what ``if``s or a dictionary choose from."""
    found: dict[str, Value] = {}
    for value in references:
        for choice in value.items or (value,):
            found.setdefault(choice.of, reference(choice.of))
    return Value(Kind.REFERENCE, "", tuple(found.values()), uncertain=True)


def join(left: Value, right: Value) -> Value:
    """The value that covers both. An unknown side or a ``None`` side gives way to the other: optimistic, since the
    question asked later is "may this be a tensor?", and ``x = None`` before a loop says nothing about ``x`` in it."""
    if left == right:
        return left
    return in_doubt(_join_different(left, right))


def _join_different(left: Value, right: Value) -> Value:
    if right.kind is Kind.UNKNOWN or right.of == "None":
        return left
    if left.kind is Kind.UNKNOWN or left.of == "None":
        return right
    if left.is_tensor and right.is_tensor:
        return replace(TENSOR, uncertain=True) if left.uncertain or right.uncertain else TENSOR
    if left.is_tensor and right.kind is Kind.PYTHON:
        return replace(left, uncertain=True)
    if right.is_tensor and left.kind is Kind.PYTHON:
        return replace(right, uncertain=True)
    if left.kind is right.kind:
        if left.kind in (Kind.SEQUENCE, Kind.MAPPING):
            if not left.items:
                return right
            if not right.items:
                return left
            if len(left.items) == len(right.items) and left.many == right.many:
                return Value(
                    left.kind, "", tuple(join(a, b) for a, b in zip(left.items, right.items, strict=True)), left.many
                )
            return Value(left.kind, "", (join(join_all(left.items), join_all(right.items)),), True)
        if left.kind is Kind.REFERENCE and left.of.endswith("Tensor") and right.of.endswith("Tensor"):
            return left  # torch.cuda.FloatTensor or torch.FloatTensor: a constructor of tensors all the same
        if left.kind is Kind.REFERENCE:
            return one_of(left, right)
        if left.of.startswith(LAMBDA) and right.of.startswith(LAMBDA):
            return Value(
                Kind.PYTHON, LAMBDA, tuple(dict.fromkeys((*(left.items or (left,)), *(right.items or (right,)))))
            )
        return Value(left.kind, left.of if left.of == right.of else "")
    return UNKNOWN


def join_all(values: tuple[Value, ...]) -> Value:
    if not values:
        return UNKNOWN
    result = values[0]
    for value in values[1:]:
        if result.kind is not value.kind and not (result.is_tensor and value.is_tensor):
            return UNKNOWN
        result = join(result, value)
    return result
