"""Find the program's models, and note their weights and what their layers put out in the first training step.

A *root* is a module with parameters that is no other module's child. All roots that live when a root is used for the
first time are noted together in the order in which they were made, so that copies made beforehand (target networks,
moving averages) are noted as they were then. Until the first optimizer step a root's own first use counts once more,
for programs that initialise one model after using another.
"""

from __future__ import annotations

import functools
import gc
import sys
import weakref
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.utils._python_dispatch import _disable_current_modes

from ..holders import LOOSE, LOOSE_CLASS, names_held
from .session import Session

# Modules that only wrap another: their translation is the module inside.
WRAPPERS = {"DataParallel": "module", "DistributedDataParallel": "module", "OptimizedModule": "_orig_mod"}
MOST_OUTPUT_BYTES = 256 << 20
MOST_CALLS = 4


class ModuleRecorder:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._born: weakref.WeakKeyDictionary[nn.Module, int] = weakref.WeakKeyDictionary()
        self._roots: list[nn.Module] = []
        self._state_names: list[set[str]] = []
        self._known: dict[int, nn.Module] = {}
        self._used: set[int] = set()
        self._used_roots: set[int] = set()
        self._names: dict[int, tuple[int, str]] = {}
        self._versions: dict[int, int] = {}
        self._storages: set[int] = set()
        self._storages_of: int = -1
        self._hooks: list[Any] = []
        self._output_bytes = 0
        self._calls: dict[int, int] = {}
        self._loose: dict[str, torch.Tensor] = {}
        self._stepped: set[tuple[int, str]] = set()
        self.trained = False

    def install(self) -> None:
        self.follow()
        self._hooks.append(register_module_forward_hook(self._after_call))

    def follow(self) -> None:
        """Know every module from its birth, and learn of its first use."""
        original = nn.Module.__init__
        born = self._born

        @functools.wraps(original)
        def registering(module: nn.Module, *args: Any, **kwargs: Any) -> None:
            original(module, *args, **kwargs)
            born[module] = len(born)

        nn.Module.__init__ = registering
        register_module_forward_pre_hook(self._before_call)
        for home, name in ((torch.jit, "trace"), (torch.jit, "trace_module"), (torch.onnx, "export")):
            setattr(home, name, self._unnoticed(getattr(home, name)))

    def _unnoticed(self, tracing: Callable[..., Any]) -> Callable[..., Any]:
        """A model that is traced (``SummaryWriter.add_graph``) is run more than once, and no translation runs it so; what
        watches its operators would keep them from being traced."""

        @functools.wraps(tracing)
        def unnoticed(*args: Any, **kwargs: Any) -> Any:
            with self._session.quietly(), _disable_current_modes():
                return tracing(*args, **kwargs)

        return unnoticed

    def _before_call(self, module: nn.Module, args: Any) -> None:
        if id(module) in self._used or self._session.quiet:
            return
        self._used.add(id(module))
        self._known[id(module)] = module
        if id(module) not in self._names and any(True for _ in module.parameters()):
            self.discover()
        elif self._names.get(id(module), (-1, "?"))[1] == "":
            self._grow()
        root, _ = self._names.get(id(module), (-1, ""))
        if root < 0 or root in self._used_roots:
            return
        self._used_roots.add(root)
        if not self.trained and self._version(self._roots[root]) != self._versions[root]:
            self._record_weights("first call", root)

    def discover(self) -> None:
        """Note the roots that live now and were not known."""
        self._grow()
        living = [module for module in self._living() if id(module) not in self._names]
        children = {id(child) for module in living for child in module.children()}
        for module in living:
            if id(module) in children or isinstance(module, torch.jit.ScriptModule):
                continue
            module = unwrapped(module)
            if id(module) in self._names or not any(True for _ in module.parameters()):
                continue
            number = len(self._roots)
            self._roots.append(module)
            self._state_names.append(set())
            self._note_state(number)

    def _grow(self) -> None:
        """Note what known roots have got since: one whose layers were called while it was being made had not all yet."""
        for number, root in enumerate(self._roots):
            if state_of(root).keys() - self._state_names[number]:
                self._note_state(number)

    def _note_state(self, number: int) -> None:
        root = self._roots[number]
        plain = plain_names(root)
        for name, child in root.named_modules(remove_duplicate=False):
            if type(child).__name__ in WRAPPERS:
                continue
            self._names.setdefault(id(child), (number, plain(name)))
            self._known[id(child)] = child
        self._versions[number] = self._version(root)
        self._describe(number)
        for name, value in state_of(root).items():
            if name not in self._state_names[number]:
                self._state_names[number].add(name)
                self._record_weight("initial", number, name, value)

    def discover_loose(self, losses: Iterable[torch.Tensor]) -> None:
        """Note the weights of a loss that no model has: tensors that need a gradient, by the names that hold them.

        Of the tensors that a name is bound to one after another (inputs that gradients are asked of) the first counts.
        """
        known = self._known_tensors()
        unknown = [leaf for leaf in _leaves(losses) if id(leaf) not in known]
        if not unknown:
            return
        names = names_held((id(leaf) for leaf in unknown), sys._getframe(1))
        fresh = [leaf for leaf in unknown if names.get(id(leaf), "") not in self._loose and id(leaf) in names]
        if not fresh:
            return
        self.discover()
        known = self._known_tensors()
        fresh = [leaf for leaf in fresh if id(leaf) not in known]
        state = [{"name": names[id(leaf)], "shape": list(leaf.shape), "kind": "parameter"} for leaf in fresh]
        if not state:
            return
        event = {"root": LOOSE, "class": LOOSE_CLASS, "own": True, "state": state, "layers": {}}
        self._session.tape.line("roots", event)
        for leaf in fresh:
            self._loose[names[id(leaf)]] = leaf
            self._record_weight("initial", LOOSE, names[id(leaf)], leaf)

    def _known_tensors(self) -> set[int]:
        return {id(parameter) for _, _, parameter in self.parameters()}

    def _living(self) -> list[nn.Module]:
        known = sorted(self._born.items(), key=lambda item: item[1])
        found = [module for module, _ in known]
        seen = {id(module) for module in found}
        # Copies and unpickled modules were never initialised: only the collector knows them.
        for thing in gc.get_objects():
            if issubclass(type(thing), nn.Module) and id(thing) not in seen:
                seen.add(id(thing))
                found.append(thing)
        return found

    @staticmethod
    def _version(module: nn.Module) -> int:
        return sum(tensor._version for tensor in _tensors(module))

    def _describe(self, number: int) -> None:
        root = self._roots[number]
        plain = plain_names(root)
        parameters = {plain(name) for name, _ in root.named_parameters(remove_duplicate=False)}
        state = [
            {"name": name, "shape": list(value.shape), "kind": "parameter" if name in parameters else "buffer"}
            for name, value in state_of(root).items()
            if isinstance(value, torch.Tensor)
        ]
        layers = {plain(name): type(module).__name__ for name, module in root.named_modules() if name}
        own = not type(root).__module__.startswith("torch.nn.")
        event = {"root": number, "class": type(root).__name__, "own": own, "state": state, "layers": layers}
        self._session.tape.line("roots", event)

    def _record_weights(self, phase: str, number: int) -> None:
        for name, value in state_of(self._roots[number]).items():
            self._record_weight(phase, number, name, value)

    def _record_weight(self, phase: str, number: int, name: str, value: Any) -> None:
        reference = self._session.put(value) if isinstance(value, torch.Tensor) else None
        if reference is not None:
            event = {
                "phase": phase,
                "root": number,
                "name": name,
                "values": reference,
                "step": self._session.steps.done,
            }
            self._session.tape.line("weights", event)

    def record_before_first_step(self, wanted: Container[int]) -> None:
        """Note the parameters whose ``id`` is wanted, unless another optimizer has changed them."""
        for number, name, parameter in self.parameters():
            if id(parameter) in wanted and (number, name) not in self._stepped:
                self._record_weight("before first step", number, name, parameter)

    def record_after_first_step(self, parameters: list[torch.Tensor]) -> None:
        self.trained = True
        wanted = {id(parameter) for parameter in parameters if parameter.requires_grad}
        for number, name, parameter in self.parameters():
            if id(parameter) in wanted and (number, name) not in self._stepped:
                self._stepped.add((number, name))
                self._record_weight("after first step", number, name, parameter)

    def record_changed_by_hand(self) -> None:
        for number, name, parameter in self.parameters():
            if parameter.grad is not None:
                self._record_weight("after first step", number, name, parameter)

    def record_final(self) -> None:
        for number in range(len(self._roots)):
            self._record_weights("final", number)
        for name, tensor in self._loose.items():
            self._record_weight("final", LOOSE, name, tensor)

    def parameters(self) -> Iterator[tuple[int, str, torch.Tensor]]:
        """Each once: what two models share (a diffusion's trainer and sampler) goes by its name in the first."""
        told: set[int] = set()
        for number, root in enumerate(self._roots):
            plain = plain_names(root)
            for name, parameter in root.named_parameters():
                if id(parameter) not in told:
                    told.add(id(parameter))
                    yield number, plain(name), parameter
        for name, tensor in self._loose.items():
            yield LOOSE, name, tensor

    def is_weight(self, tensor: torch.Tensor) -> bool:
        """Whether the tensor is (part of) a module's parameter: filling that is initialisation, not a draw."""
        if self._storages_of != len(self._born):
            self._storages_of = len(self._born)
            self._storages = {
                value.untyped_storage().data_ptr()
                for module in list(self._born)
                for value in module.__dict__.get("_parameters", {}).values()
                if value is not None and value.layout == torch.strided
            }
        return tensor.untyped_storage().data_ptr() in self._storages

    def stop_outputs(self) -> None:
        """The first training step is over; from now on calls cost nothing."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()

    def _after_call(self, module: nn.Module, args: Any, output: Any) -> None:
        root, name = self._names.get(id(module), (-1, ""))
        if root < 0 or self._session.quiet or not self._roots[root].training or not self._session.recording:
            return
        call = self._calls[id(module)] = self._calls.get(id(module), -1) + 1
        if call >= MOST_CALLS:
            return
        tensors = first_tensors(output)
        size = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
        if self._output_bytes + size > MOST_OUTPUT_BYTES:
            return
        self._output_bytes += size
        references = [self._session.put(tensor) for tensor in tensors]
        event = {"root": root, "module": name, "call": call, "layer": type(module).__name__, "values": references}
        self._session.tape.line("outputs", event)


def plain_names(root: nn.Module) -> Callable[[str], str]:
    """The names of a root's modules and tensors without the levels that wrappers within it put between."""
    levels = [
        (f"{name}.{WRAPPERS[type(module).__name__]}", name)
        for name, module in root.named_modules(remove_duplicate=False)
        if type(module).__name__ in WRAPPERS and name
    ]

    def plain(name: str) -> str:
        for level, outer in reversed(levels):
            if f"{name}.".startswith(f"{level}."):
                name = outer + name[len(level) :]
        return name

    return plain


def state_of(root: nn.Module) -> dict[str, Any]:
    plain = plain_names(root)
    return {plain(name): value for name, value in root.state_dict().items()}


def unwrapped(module: nn.Module) -> nn.Module:
    while (inner := WRAPPERS.get(type(module).__name__)) is not None and isinstance(
        getattr(module, inner, None), nn.Module
    ):
        module = getattr(module, inner)
    return module


def first_tensors(output: Any) -> list[torch.Tensor]:
    """All tensors of a layer's output, depth first."""
    if isinstance(output, torch.Tensor):
        return [output]
    if isinstance(output, dict):
        return [tensor for value in output.values() for tensor in first_tensors(value)]
    if isinstance(output, (list, tuple)):
        return [tensor for value in output for tensor in first_tensors(value)]
    return []


def _leaves(losses: Iterable[torch.Tensor]) -> list[torch.Tensor]:
    """The tensors that gradients of the losses are kept for, in the order in which they are met."""
    found: dict[int, torch.Tensor] = {}
    seen: set[Any] = set()
    waiting: list[Any] = [loss.grad_fn for loss in losses]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            found[id(leaf)] = leaf
        waiting.extend(following for following, _ in node.next_functions)
    return list(found.values())


def _tensors(module: nn.Module) -> Iterator[torch.Tensor]:
    yield from module.parameters()
    yield from module.buffers()
