"""Note every random draw of the program in a form that does not depend on its parameters.

Normal draws are kept standardised, uniform ones scaled to [0, 1), exponential ones with rate 1, so that the translated
program may ask for them with any mean, range or rate.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ..initial_values import DRAWING, INITIAL_VALUES
from ..program import frames_above, replace_everywhere
from .modules import ModuleRecorder
from .session import Session, differentiating

Normalise = Callable[[torch.Tensor, tuple[Any, ...], dict[str, Any]], torch.Tensor]


def _as_drawn(out: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.Tensor:
    return out


def _argument(args: tuple[Any, ...], kwargs: dict[str, Any], position: int, name: str, default: Any) -> Any:
    return args[position] if len(args) > position else kwargs.get(name, default)


def _standard_in_place(out: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.Tensor:
    mean, std = _argument(args, kwargs, 1, "mean", 0.0), _argument(args, kwargs, 2, "std", 1.0)
    return out if (mean, std) == (0.0, 1.0) else (out.double() - mean) / std


def _standard(out: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.Tensor:
    mean, std = _argument(args, kwargs, 0, "mean", 0.0), _argument(args, kwargs, 1, "std", 1.0)
    return (out.double() - mean) / std


def _unit(out: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.Tensor:
    low, high = _argument(args, kwargs, 1, "from", 0.0), _argument(args, kwargs, 2, "to", 1.0)
    return out if (low, high) == (0.0, 1.0) else (out.double() - low) / (high - low)


def _rate_one(out: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.Tensor:
    return out.double() * float(_argument(args, kwargs, 1, "lambd", 1.0))


def _is_one(out: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.Tensor:
    return out != 0


# By the name of the ATen operator: the kind of draw, and how it is brought to the form that is kept.
KINDS: dict[str, tuple[str, Normalise]] = {
    "aten::rand": ("uniform", _as_drawn),
    "aten::rand_like": ("uniform", _as_drawn),
    "aten::uniform_": ("uniform", _unit),
    "aten::randn": ("normal", _as_drawn),
    "aten::randn_like": ("normal", _as_drawn),
    "aten::normal_": ("normal", _standard_in_place),
    "aten::normal": ("normal", _standard),
    "aten::randint": ("integers", _as_drawn),
    "aten::randint_like": ("integers", _as_drawn),
    "aten::random_": ("integers", _as_drawn),
    "aten::randperm": ("permutation", _as_drawn),
    "aten::bernoulli": ("bernoulli", _is_one),
    "aten::bernoulli_": ("bernoulli", _is_one),
    "aten::exponential_": ("exponential", _rate_one),
    "aten::multinomial": ("multinomial", _as_drawn),
    "aten::poisson": ("poisson", _as_drawn),
    "aten::_standard_gamma": ("gamma", _as_drawn),
    "aten::_sample_dirichlet": ("dirichlet", _as_drawn),
    "aten::cauchy_": ("cauchy", _as_drawn),
    "aten::log_normal_": ("log normal", _as_drawn),
    "aten::geometric_": ("geometric", _as_drawn),
    "aten::binomial": ("binomial", _as_drawn),
}


class DrawRecorder:
    """Watches every operator that reaches the dispatcher: dropout inside LSTM or attention draws below Python."""

    def __init__(self, session: Session, modules: ModuleRecorder) -> None:
        self._session = session
        self._modules = modules
        self._mode = _Watching(self._note)

    def install(self) -> None:
        self._silence_initialisers()
        self._mode.__enter__()

    def remove(self) -> None:
        self._mode.__exit__(None, None, None)

    def _silence_initialisers(self) -> None:
        """Initial weights are recorded as such; what it took to draw them is of no use to the replay. Other tensors are
        recorded as they are filled."""
        for name, function in list(vars(torch.nn.init).items()):
            if (
                callable(function)
                and not name.startswith("_")
                and getattr(function, "__module__", "") == "torch.nn.init"
            ):
                replace_everywhere("torch", function, self._silent(function))

    def _silent(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def silent(*args: Any, **kwargs: Any) -> Any:
            if self._session.quiet:
                return function(*args, **kwargs)
            with self._session.quietly():
                result = function(*args, **kwargs)
            if function.__name__ in DRAWING:
                self._note_initial(result)
            return result

        return silent

    def _note_initial(self, tensor: torch.Tensor) -> None:
        weight = isinstance(tensor, torch.nn.Parameter) or self._modules.is_weight(tensor)
        if self._session.recording and not weight and not tensor.is_meta:
            self._put(INITIAL_VALUES, "init", tensor.detach())

    def _note(self, name: str, out: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        session = self._session
        if session.quiet or not session.recording or not isinstance(out, torch.Tensor) or out.is_meta:
            return
        if differentiating():
            return
        kind, normalise = KINDS[name]
        in_place = name.endswith("_")
        if in_place and kind != "bernoulli" and self._modules.is_weight(out):
            return
        context = "init" if kind != "bernoulli" and _building_a_module() else ""
        self._put(kind, context, normalise(out.detach(), args, kwargs).to(_kept_dtype(kind, out)))

    def _put(self, kind: str, context: str, values: torch.Tensor) -> None:
        reference = self._session.put(values)
        if reference is not None:
            event = {"kind": kind, "context": context, "step": self._session.steps.done, "values": reference}
            self._session.tape.line("draws", event)


def _kept_dtype(kind: str, out: torch.Tensor) -> torch.dtype:
    if kind == "bernoulli":
        return torch.bool
    return torch.float32 if out.dtype in (torch.float16, torch.bfloat16) else out.dtype


class _Watching(TorchDispatchMode):
    def __init__(self, note: Callable[[str, Any, tuple[Any, ...], dict[str, Any]], None]) -> None:
        super().__init__()
        self._note = note
        self._names: dict[Any, str] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled in a baseline, and the guard against it costs more than all the rest of an operator."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        name = self._names.get(func)
        if name is None:
            name = func._schema.name
            self._names[func] = name = name if name in KINDS else ""
        if name:
            self._note(name, out, args, kwargs)
        return out


def _building_a_module() -> bool:
    for frame in frames_above(2):
        if frame.f_code.co_name == "__init__" and isinstance(frame.f_locals.get("self"), torch.nn.Module):
            return True
    return False
