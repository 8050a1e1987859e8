"""An abstract interpreter: it walks the statements in order and keeps, for every expression, what kind of value it is.

Three rounds over the whole project are enough in practice: the first learns what classes store in their attributes
and what functions are called with, the next ones use it (``self.criterion(output, target)`` in one method needs the
assignment in another). What a function gives back flows from a file to those that import it, and what it is called with
the other way, so the rounds read the imported files first and last by turns.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from migrator.names import elements, library
from migrator.names.modules import LIBRARY_ROOTS, Modules, absolute, module_name, package_of
from migrator.names.sizes import tensor_sizes
from migrator.names.tensor_names import TENSOR_NAMES
from migrator.names.usage import (
    MODULE,
    OPTIMIZER,
    handed_back,
    is_used_as_model,
    no_tensors,
    roles_in,
    roles_of,
    told_by_use,
)
from migrator.names.values import (
    ARRAY,
    BATCH,
    LAMBDA,
    NONE,
    PYTHON,
    STATE,
    TENSOR,
    UNKNOWN,
    Kind,
    Value,
    in_doubt,
    join,
    join_all,
    many,
    reference,
    tuple_of,
)
from migrator.names.walking import children, walk

Answer = TypeVar("Answer")

ROUNDS = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef
Environment = dict[str, Value]


@dataclass(eq=False)
class FunctionInfo:
    """A function of the project: what it was called with and what it gives back, joined over all call sites.

    ``tuples`` are the tuples that it returns, by their length: one that returns two values or four says with each
    ``return`` what the first two are, but all together do not.
    """

    qualified: str
    node: Function
    module: FileNames
    owner: ClassInfo | None = None
    arguments: dict[str, Value] = field(default_factory=dict)
    returns: Value = UNKNOWN
    yields: Value = UNKNOWN
    tuples: dict[int, Value] = field(default_factory=dict)

    @cached_property
    def handed_back(self) -> str:
        """The parameter that it gives back, at most on another device; else an empty text."""
        return handed_back(self.node)


@dataclass(eq=False)
class LambdaInfo:
    """A lambda, where it is written, what its parameters were given at all its calls, and what it gives back."""

    node: ast.Lambda
    module: FileNames
    function: FunctionInfo | None
    arguments: dict[str, Value] = field(default_factory=dict)
    returns: Value = UNKNOWN
    running: bool = False


@dataclass(eq=False)
class ClassInfo:
    """A class of the project, its bases by qualified name, and what its instances keep in their attributes. Those that
    are ``converted`` begin as arrays and become tensors, in one method, and are tensors to all others."""

    qualified: str
    node: ast.ClassDef
    module: FileNames
    bases: tuple[str, ...] = ()
    attributes: dict[str, Value] = field(default_factory=dict)
    methods: dict[str, FunctionInfo] = field(default_factory=dict)
    converted: set[str] = field(default_factory=set)


class FileNames:
    """What the names and expressions of one file are."""

    def __init__(self, path: str, tree: ast.Module, module: str) -> None:
        self.path = path
        self.tree = tree
        self.module = module
        self.globals: Environment = {}
        self.values: dict[ast.AST, Value] = {}
        self.targets: dict[ast.AST, str] = {}
        self.class_of: dict[ast.ClassDef, ClassInfo] = {}
        self.function_of: dict[ast.AST, FunctionInfo] = {}
        self.star_imports: list[str] = []
        self.bound: set[str] = set()
        self.sizes = tensor_sizes(tree)

    @property
    def package(self) -> str:
        return package_of(self.path)

    def value(self, node: ast.AST) -> Value:
        """The value of an expression of this file, UNKNOWN where reading cannot tell."""
        return self.values.get(node, UNKNOWN)

    def qualified(self, node: ast.AST) -> str:
        """The dotted name that an expression refers to: ``torch.nn.functional.relu`` for ``F.relu``,
        ``torch.Tensor.view`` for ``x.view`` on a tensor, ``net.Net`` for a class of the project; else ``""``."""
        return self.targets.get(node, "")

    def namespace(self, dotted: str) -> str:
        """What a dotted name that the file's texts have refers to: ``torch.nn`` for ``nn``."""
        root, dot, rest = dotted.partition(".")
        value = self.globals.get(root, UNKNOWN)
        return f"{value.of}{dot}{rest}" if value.kind is Kind.REFERENCE else ""


class ProjectNames:
    """Names across the files of a project. ``trees`` maps relative POSIX paths to parsed modules; where these are not
    the whole project, ``known`` has the modules of all of it, and ``uses_torch`` and ``reads_gradients`` are set from
    outside (else they are found when they are asked for). A file that cannot be read, as one that is nested too deeply,
    is among the ``unread`` with the reason.
    """

    def __init__(self, trees: Mapping[str, ast.Module], known: Modules | None = None) -> None:
        self.known = known or Modules(trees)
        self.unread: dict[str, Exception] = {}
        self.uses_torch: bool | None = None
        self.reads_gradients: bool | None = None
        self.files = {path: FileNames(path, tree, module_name(path)) for path, tree in trees.items()}
        self.modules = {file.module: file for file in self.files.values()}
        self.classes: dict[str, ClassInfo] = {}
        self.functions: dict[str, FunctionInfo] = {}
        self.lambdas: dict[str, LambdaInfo] = {}
        self.added: dict[str, Value] = {}
        self._answers: dict[Callable[[ProjectNames], Any], Any] = {}
        order = self._imported_first()
        self.mixed_in: frozenset[str] = frozenset()
        for round_ in range(ROUNDS if trees else 0):
            self.mixed_in = self._mixed_into_modules()
            for file in reversed(order) if round_ % 2 else order:
                try:
                    _Reader(self, file, first=round_ == 0).read()
                except Exception as error:
                    # A fault of ours too costs what is known of this file, not the project.
                    self.unread[file.path] = error

    def _imported_first(self) -> list[FileNames]:
        """The files, each after those of the project that it imports when it is loaded."""
        placed: dict[str, FileNames] = {}
        for start in self.files.values():
            waiting = [(start, iter(self._imports(start)))]
            begun = {start.path}
            while waiting:
                file, imported = waiting[-1]
                following = next(imported, None)
                if following is None:
                    placed.setdefault(file.path, file)
                    waiting.pop()
                elif following.path not in begun and following.path not in placed:
                    begun.add(following.path)
                    waiting.append((following, iter(self._imports(following))))
        return list(placed.values())

    def _imports(self, file: FileNames) -> list[FileNames]:
        names: list[str] = []
        for statement in file.tree.body:
            if isinstance(statement, ast.Import):
                names.extend(alias.name for alias in statement.names)
            elif isinstance(statement, ast.ImportFrom):
                base = absolute(statement.level, statement.module or "", file.package)
                names.extend([base, *(f"{base}.{alias.name}" for alias in statement.names)])
        return [found for name in names if (found := self.find_module(name, file)) is not None]

    def told(self, question: Callable[[ProjectNames], Answer]) -> Answer:
        """What a question about the whole project is answered, found out once."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: Answer = self._answers[question]
        return answer

    def of(self, path: str) -> FileNames:
        return self.files[path]

    def find_module(self, dotted: str, importer: FileNames) -> FileNames | None:
        """The project file behind ``import dotted``, as seen from ``importer`` (see :meth:`Modules.find`)."""
        return self.modules.get(self.known.find(dotted, importer.module))

    def bound(self, file: FileNames, name: str) -> Value | None:
        """What a name is in a file, be it that the file takes it from others by a star."""
        return file.globals.get(name) or self.starred(file, name)

    def starred(self, file: FileNames, name: str, seen: tuple[FileNames, ...] = ()) -> Value | None:
        """What a name is that a file takes from the project or from the library by ``from module import *``."""
        for star in file.star_imports:
            module = self.find_module(star, file)
            if module is None and _star_offers(star, name):
                return library.value_of_constant_name(library.canonical(f"{star}.{name}"))
            if module is not None and module not in seen:
                found = module.globals.get(name) or self.starred(module, name, (*seen, file))
                if found is not None:
                    return found
        return None

    def _mixed_into_modules(self) -> frozenset[str]:
        """The classes that are no modules themselves and that nothing but modules derives from."""
        modules = {name for name in self.classes if self.kind_of(name) is Kind.MODULE}
        around = {base.qualified for name in modules for base in self.lineage(name)}
        mixed_in = {name for name in around - modules if self.kind_of(name) is Kind.INSTANCE}
        elsewhere = {base.qualified for name in self.classes.keys() - around for base in self.lineage(name)}
        return frozenset(mixed_in - elsewhere)

    def lineage(self, qualified: str) -> list[ClassInfo]:
        """The class and its project bases, nearest first."""
        seen: list[ClassInfo] = []
        waiting = [qualified]
        while waiting:
            info = self.classes.get(waiting.pop(0))
            if info and info not in seen:
                seen.append(info)
                waiting.extend(info.bases)
        return seen

    def library_bases(self, qualified: str) -> tuple[str, ...]:
        """The classes outside the project that a project class descends from."""
        found: list[str] = []
        for info in self.lineage(qualified):
            found.extend(base for base in info.bases if base not in self.classes)
        return tuple(found)

    def told_by_family(self, info: ClassInfo) -> dict[str, Value]:
        """What the attributes of a class are by what it, its bases and the classes that derive from it do with them."""
        return roles_of(*(other.node for other in self.family(info.qualified)))

    def family(self, qualified: str) -> list[ClassInfo]:
        """A class with its bases and the classes that derive from it."""
        family = {other.qualified: other for other in self.lineage(qualified)}
        for other in self.classes.values():
            if any(base.qualified == qualified for base in self.lineage(other.qualified)):
                family[other.qualified] = other
        return list(family.values())

    def model_of(self, module: str) -> str:
        """A model's class of a module that has classes of models only; else empty."""
        found = ""
        for value in self.offered(module, set()):
            if value.of in self.classes:
                if self.kind_of(value.of) is not Kind.MODULE:
                    return ""
                found = found or value.of
        return found

    def offered(self, module: str, seen: set[str]) -> Iterator[Value]:
        """The classes and functions of the project that a module binds or takes from others by a star."""
        file = self.modules.get(module)
        if file is None or module in seen:
            return
        seen.add(module)
        for value in file.globals.values():
            if value.kind is Kind.REFERENCE and (value.of in self.classes or value.of in self.functions):
                yield value
        for star in file.star_imports:
            yield from self.offered(star, seen)

    def kind_of(self, qualified: str) -> Kind:
        """The kind of an instance of a class, of the project or of the library."""
        if qualified not in self.classes:
            return library.kind_of_class(qualified)
        for base in self.library_bases(qualified):
            kind = library.kind_of_class(base)
            if kind is not Kind.UNKNOWN:
                return kind
        return Kind.INSTANCE

    def method(self, qualified: str, name: str) -> FunctionInfo | None:
        for info in self.lineage(qualified):
            if name in info.methods:
                return info.methods[name]
        return None

    def attribute(self, qualified: str, name: str) -> Value:
        for info in self.lineage(qualified):
            if name in info.attributes:
                return info.attributes[name]
        return UNKNOWN


MODULE_API = frozenset(
    "parameters named_parameters buffers named_buffers modules named_modules children named_children train eval to "
    "cuda cpu float double half bfloat16 requires_grad_ zero_grad apply state_dict load_state_dict register_buffer "
    "register_parameter register_module add_module register_forward_hook register_forward_pre_hook "
    "register_full_backward_hook register_backward_hook training get_submodule get_parameter get_buffer type "
    "share_memory to_empty extra_repr compile forward _modules _parameters _buffers reset_parameters "
    "reset_running_stats module".split()
)

_LAYER_PARAMETERS = frozenset(
    "weight bias running_mean running_var num_batches_tracked module in_features out_features num_embeddings "
    "embedding_dim".split()
)

_LAYERS_OWN = frozenset(
    "in_features out_features num_embeddings embedding_dim parameters named_parameters named_modules named_children "
    "named_buffers register_forward_hook register_forward_pre_hook register_full_backward_hook "
    "register_full_backward_pre_hook".split()
)
"""What nothing else than a module has."""

_OWN_STEPS = frozenset(
    f"torch.optim.lr_scheduler.{name}.step" for name in ("MultiStepLR", "CosineAnnealingWarmRestarts")
)
"""The methods of schedulers that are not like the others'."""

_GENERIC_CLASS = {
    Kind.TENSOR: "torch.Tensor",
    Kind.PARAMETER: "torch.Tensor",
    Kind.BATCH: "torch.Tensor",
    Kind.MODULE: "torch.nn.Module",
    Kind.OPTIMIZER: "torch.optim.Optimizer",
    Kind.SCHEDULER: "torch.optim.lr_scheduler.LRScheduler",
    Kind.LOADER: "torch.utils.data.DataLoader",
    Kind.DATASET: "torch.utils.data.Dataset",
    Kind.DISTRIBUTION: "torch.distributions.Distribution",
    Kind.GENERATOR: "torch.Generator",
    Kind.SCALER: "torch.amp.GradScaler",
    Kind.DEVICE: "torch.device",
    Kind.DTYPE: "torch.dtype",
}

_INHERITED = {
    Kind.OPTIMIZER: frozenset("step zero_grad param_groups state state_dict load_state_dict add_param_group".split()),
    Kind.SCHEDULER: frozenset("step get_last_lr state_dict load_state_dict optimizer last_epoch base_lrs".split()),
    Kind.DISTRIBUTION: frozenset("log_prob sample rsample entropy mean variance stddev batch_shape".split()),
}
"""What instances of project classes have from the library class that they descend from."""

_CHOSEN_BY_NAME = {
    "torch.nn": "torch.nn.Linear",
    "torch.optim": "torch.optim.SGD",
    "torch.optim.lr_scheduler": "torch.optim.lr_scheduler.StepLR",
    "torch.nn.functional": "torch.nn.functional.relu",
    "torchvision.models": "torchvision.models.resnet18",
}
"""What ``getattr(nn, name)`` or ``nn.__dict__[name]`` most likely is one of, as far as its kind goes."""

_OF_EVERY_OBJECT = frozenset({"__class__", "__dict__", "__doc__", "__module__"})

_OF_DATASETS = frozenset(
    "tensors dataset indices datasets cumulative_sizes data targets classes class_to_idx samples imgs labels root "
    "transform target_transform transforms train __getitem__ __len__".split()
)
"""What torch's and torchvision's data sets have."""

_BATCH_MAPPING = frozenset({"items", "keys", "values", "get", "pop", "update"})


class _Reader(ast.NodeVisitor):
    def __init__(self, project: ProjectNames, file: FileNames, first: bool) -> None:
        self.project = project
        self.file = file
        self.first = first
        self.environment: Environment = file.globals
        self.function: FunctionInfo | None = None
        self.owner: ClassInfo | None = None
        self.prefix = file.module
        self.later: list[Callable[[], None]] = []
        self.alone: ast.expr | None = None

    # -- the walk ---------------------------------------------------------------------------------------------------

    def read(self) -> None:
        self.run(self.file.tree.body)
        while self.later:
            self.later.pop(0)()

    def run(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.alone = statement.value if isinstance(statement, ast.Expr) else None
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)
            else:
                for child in children(statement):
                    if isinstance(child, ast.expr):
                        self.evaluate(child)

    def bind(self, name: str, value: Value) -> None:
        self.environment[name] = value
        self.file.bound.add(name)

    def lookup(self, name: str) -> Value:
        found = self.environment.get(name)
        if found is None and self.environment is not self.file.globals:
            found = self.file.globals.get(name)
        if found is not None:
            return found
        starred = self.project.starred(self.file, name)
        if starred is not None:
            return starred
        if name in _BUILTINS:
            return reference(f"builtins.{name}")
        return UNKNOWN

    # -- statements -------------------------------------------------------------------------------------------------

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname:
                self.bind(alias.asname, self.module_value(alias.name))
            else:
                root = alias.name.partition(".")[0]
                self.bind(root, reference(root))

    def module_value(self, dotted: str) -> Value:
        module = self.project.find_module(dotted, self.file)
        return reference(module.module if module else dotted)

    def import_from(self, node: ast.ImportFrom) -> None:
        base = absolute(node.level, node.module or "", self.file.package)
        module = self.project.find_module(base, self.file) if base else None
        for alias in node.names:
            if alias.name == "*":
                if base not in self.file.star_imports:
                    self.file.star_imports.append(module.module if module else base)
                continue
            name = alias.asname or alias.name
            offered = self.project.bound(module, alias.name) if module else None
            if offered is not None:
                value = offered
            else:
                inner = self.project.find_module(f"{base}.{alias.name}" if base else alias.name, self.file)
                dotted = f"{module.module if module else base}.{alias.name}"
                value = reference(inner.module) if inner else library.value_of_constant_name(library.canonical(dotted))
            self.bind(name, value)
            self.file.targets[alias] = value.of if value.kind in (Kind.REFERENCE, Kind.DTYPE) else ""

    def function_definition(self, node: Function) -> None:
        for decorator in node.decorator_list:
            self.evaluate(decorator)
        info = self.file.function_of.get(node)
        if info is None:
            info = FunctionInfo(f"{self.prefix}.{node.name}", node, self.file, self.owner)
            self.file.function_of[node] = info
            self.project.functions[info.qualified] = info
            if self.owner is not None:
                self.owner.methods[node.name] = info
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.evaluate(default)
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg)
        for argument in arguments:
            if argument is not None and argument.annotation is not None:
                self.evaluate(argument.annotation)
        if node.returns is not None:
            info.returns = join(info.returns, self.annotated(node.returns))
        if self.owner is None:
            self.bind(node.name, reference(info.qualified))
        enclosing = self.environment
        self.later.append(lambda: self.read_function(info, enclosing))

    def read_function(self, info: FunctionInfo, enclosing: Environment) -> None:
        saved = self.environment, self.function, self.owner, self.prefix
        at_module_level = enclosing is self.file.globals
        self.environment = {} if at_module_level else dict(enclosing)
        self.function, self.owner, self.prefix = info, None, f"{info.qualified}.<locals>"
        self.bind_parameters(info)
        pending, self.later = self.later, []
        self.run(info.node.body)
        while self.later:
            self.later.pop(0)()
        self.later = pending
        self.environment, self.function, self.owner, self.prefix = saved

    def bind_parameters(self, info: FunctionInfo) -> None:
        arguments = info.node.args
        decorators = {self.file.qualified(decorator) for decorator in info.node.decorator_list}
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: dict[str, ast.expr] = dict(
            zip([a.arg for a in reversed(positional)], reversed(arguments.defaults), strict=False)
        )
        defaults.update(
            {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
        )
        evidence = _tensor_evidence(info.node, self.file.sizes) if self.first else None
        told = told_by_use(info.node, info.owner.node if info.owner else None) if self.first else None
        for position, argument in enumerate([*positional, *arguments.kwonlyargs]):
            name = argument.arg
            if position == 0 and info.owner is not None and "builtins.staticmethod" not in decorators:
                if "builtins.classmethod" in decorators:
                    self.bind(name, reference(info.owner.qualified))
                else:
                    mixed_in = info.owner.qualified in self.project.mixed_in
                    kind = Kind.MODULE if mixed_in else self.project.kind_of(info.owner.qualified)
                    self.bind(name, Value(kind, info.owner.qualified))
                continue
            value = UNKNOWN
            if argument.annotation is not None:
                value = self.annotated(argument.annotation)
            if value.kind is Kind.UNKNOWN:
                value = info.arguments.get(name, UNKNOWN)
                default = defaults.get(name)
                if default is not None:
                    given = self.file.value(default)
                    value = join(value, given)
            if evidence is not None and name in evidence and value.kind in (Kind.UNKNOWN, Kind.PYTHON):
                value = TENSOR
                info.arguments[name] = TENSOR
            if value.kind is Kind.UNKNOWN or value.of == "None":
                value = self.by_position(info, name, position, defaults.get(name), value)
            if told is not None and name in told and (value.kind is Kind.UNKNOWN or value.of == "None"):
                value = info.arguments[name] = told[name]
            if value.is_tensor and argument.annotation is None and name in no_tensors(info.node):
                value = UNKNOWN
            self.bind(name, in_doubt(value))
        if arguments.vararg:
            rest = [value for name, value in info.arguments.items() if name[:1] == "*" and name[1:].isdigit()]
            alike = all(value == rest[0] for value in rest)
            self.bind(arguments.vararg.arg, many(rest[0] if rest else UNKNOWN) if alike else tuple_of(*rest))
        if arguments.kwarg:
            self.bind(arguments.kwarg.arg, Value(Kind.MAPPING))

    def by_position(
        self, info: FunctionInfo, name: str, position: int, default: ast.expr | None, value: Value
    ) -> Value:
        """What a parameter is by the role of its function: ``forward`` of a module receives tensors."""
        if info.owner is None:
            return value
        kind = self.project.kind_of(info.owner.qualified)
        if kind is Kind.MODULE and info.node.name == "forward":
            return TENSOR
        if kind is Kind.DATASET and info.node.name == "__getitem__":
            return PYTHON
        if info.node.name in ("forward", "backward") and "torch.autograd.Function" in self.project.library_bases(
            info.owner.qualified
        ):
            return Value(Kind.INSTANCE, "torch.autograd.function.FunctionCtx") if position == 0 else TENSOR
        return value

    def annotated(self, annotation: ast.expr) -> Value:
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:
                return UNKNOWN
        self.evaluate(annotation)
        if isinstance(annotation, ast.Subscript):
            outer = self.file.qualified(annotation.value).rpartition(".")[2]
            inner = annotation.slice
            if outer == "Optional":
                return self.annotated(inner)
            if outer in ("List", "list", "Sequence", "Iterable", "Iterator"):
                return many(self.annotated(inner))
            if outer in ("Tuple", "tuple") and isinstance(inner, ast.Tuple):
                return tuple_of(*(self.annotated(item) for item in inner.elts if not _is_ellipsis(item)))
            if outer in ("Dict", "dict", "Mapping") and isinstance(inner, ast.Tuple) and len(inner.elts) == 2:
                return Value(Kind.MAPPING, "", (self.annotated(inner.elts[1]),), True)
            return UNKNOWN
        if isinstance(annotation, ast.BinOp):
            return join(self.annotated(annotation.left), self.annotated(annotation.right))
        qualified = self.file.qualified(annotation)
        if qualified in ("builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.bytes"):
            return PYTHON
        if qualified == "numpy.ndarray":
            return ARRAY
        if qualified in self.project.classes or qualified.startswith("torch"):
            kind = self.project.kind_of(qualified)
            return Value(kind, qualified) if kind is not Kind.UNKNOWN else UNKNOWN
        return UNKNOWN

    def class_definition(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.evaluate(decorator)
        for keyword in node.keywords:
            self.evaluate(keyword.value)
        bases = []
        for base in node.bases:
            self.evaluate(base)
            bases.append(self.file.qualified(base))
        info = self.file.class_of.get(node)
        if info is None:
            info = ClassInfo(f"{self.prefix}.{node.name}", node, self.file)
            self.file.class_of[node] = info
            self.project.classes[info.qualified] = info
        info.bases = tuple(base for base in bases if base)
        self.bind(node.name, reference(info.qualified))
        saved_owner, saved_prefix, saved_environment = self.owner, self.prefix, self.environment
        enclosing = self.environment
        self.owner, self.prefix = info, info.qualified
        self.environment = _ClassScope(enclosing, info.attributes)
        inner_later, self.later = self.later, []
        self.run(node.body)
        methods, self.later = self.later, inner_later
        self.owner, self.prefix, self.environment = saved_owner, saved_prefix, saved_environment

        def read_methods() -> None:
            saved = self.environment
            self.environment = enclosing
            for method in methods:
                method()
            self.environment = saved

        self.later.append(read_methods)

    def assign(self, node: ast.Assign) -> None:
        value = self.evaluate(node.value)
        for target in node.targets:
            unpacked = self.unpacked_return(target, node.value)
            self.assign_to(target, value if unpacked.kind is Kind.UNKNOWN else unpacked)

    def unpacked_return(self, target: ast.expr, value: ast.expr) -> Value:
        """``loss, accuracy = evaluate(model)`` of a function that returns more values elsewhere."""
        if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Call):
            return UNKNOWN
        function = self.project.functions.get(self.file.value(value.func).of)
        if function is None or len(function.tuples) < 2:
            return UNKNOWN
        return function.tuples.get(len(target.elts), UNKNOWN)

    def annotated_assign(self, node: ast.AnnAssign) -> None:
        value = self.annotated(node.annotation)
        if node.value is not None:
            value = join(self.evaluate(node.value), value)
        self.assign_to(node.target, value)

    def augmented_assign(self, node: ast.AugAssign) -> None:
        right = self.evaluate(node.value)
        left = self.evaluate(node.target)
        self.assign_to(node.target, _arithmetic(left, right))

    def assign_to(self, target: ast.expr, value: Value) -> None:
        self.file.values[target] = value
        if isinstance(target, ast.Name):
            if value.kind is Kind.STATE and self.lookup(target.id).kind is Kind.MODULE:
                value = self.file.values[target] = self.lookup(target.id)  # torch.load of a whole model
            around = self.file.tree if self.function is None else self.function.node
            if value.kind is Kind.UNKNOWN and not self.first:
                value = self.file.values[target] = roles_in(around).get(target.id, value)
            elif value == STATE and is_used_as_model(around, target.id):
                value = self.file.values[target] = MODULE
            self.bind(target.id, value)
            self.file.targets[target] = value.of if value.kind is Kind.REFERENCE and not value.uncertain else ""
        elif isinstance(target, ast.Tuple | ast.List):
            for index, item in enumerate(target.elts):
                if isinstance(item, ast.Starred):
                    self.assign_to(item.value, many(value.element()))
                else:
                    self.assign_to(item, value.element(index))
        elif isinstance(target, ast.Attribute):
            receiver = self.evaluate(target.value)
            self.note_target(target, receiver)
            own = value.of in self.project.classes or value.of in self.project.functions
            if receiver.kind is value.kind is Kind.REFERENCE and own and receiver.of.startswith("torch"):
                self.project.added[f"{receiver.of}.{target.attr}"] = value
            info = self.project.classes.get(receiver.of)
            if info is not None and receiver.kind is not Kind.REFERENCE:
                known = info.attributes.get(target.attr, UNKNOWN)
                if known.kind is Kind.UNKNOWN and value.kind is Kind.UNKNOWN and not self.first:
                    value = self.project.told_by_family(info).get(f"self.{target.attr}", value)
                place = _place(target)
                if value.is_tensor and self.environment.get(place, UNKNOWN).kind is Kind.ARRAY:
                    info.converted.add(target.attr)
                    known = value
                if place:
                    self.environment[place] = value
                if target.attr not in info.converted or value.is_tensor:
                    info.attributes[target.attr] = value if self.first and known is UNKNOWN else join(known, value)
        elif isinstance(target, ast.Subscript):
            container = self.evaluate(target.value)
            self.evaluate(target.slice)
            if container.kind in (Kind.MAPPING, Kind.SEQUENCE) and not container.items:
                filled = Value(container.kind, "", (value,), True)
                if isinstance(target.value, ast.Name):
                    self.bind(target.value.id, filled)
                elif isinstance(target.value, ast.Attribute):
                    owner = self.project.classes.get(self.file.value(target.value.value).of)
                    if owner is not None:
                        owner.attributes[target.value.attr] = filled

    def loop(self, node: ast.For | ast.AsyncFor) -> None:
        iterated = self.evaluate(node.iter)
        for _ in range(2):
            self.assign_to(node.target, self.iterate(iterated))
            self.run(node.body)
        self.run(node.orelse)

    def iterate(self, value: Value) -> Value:
        if value.kind is Kind.LOADER:
            return BATCH
        if value.kind is Kind.DATASET:
            return self.item_of_dataset(value)
        if value.kind is Kind.MODULE and value.of in ("torch.nn.ModuleList", "torch.nn.Sequential", ""):
            return value.items[0] if value.items else Value(Kind.MODULE)
        if value.kind in (Kind.MAPPING, Kind.STATE):
            return PYTHON
        if value.kind is Kind.INSTANCE:
            method = self.project.method(value.of, "__iter__")
            return method.yields if method else UNKNOWN
        if value.kind is Kind.REFERENCE:
            return UNKNOWN
        return value.element()

    def item_of_dataset(self, value: Value) -> Value:
        method = self.project.method(value.of, "__getitem__")
        return method.returns if method else UNKNOWN

    def while_(self, node: ast.While) -> None:
        for _ in range(2):
            self.evaluate(node.test)
            self.run(node.body)
        self.run(node.orelse)

    def if_(self, node: ast.If) -> None:
        self.evaluate(node.test)
        before = dict(self.environment)
        restore = self.narrow(node.test)
        self.run(node.body)
        for name, value in restore.items():
            if self.environment.get(name) is not None:
                self.environment[name] = value
        after_body = dict(self.environment)
        for name, value in before.items():
            self.environment[name] = value
        self.run(node.orelse)
        for name, value in after_body.items():
            current = self.environment.get(name)
            self.environment[name] = value if current is None else join(current, value)

    def narrow(self, test: ast.expr) -> Environment:
        """Inside ``if isinstance(m, nn.Conv2d):`` ``m`` is a Conv2d. Gives back what to restore afterwards."""
        restore: Environment = {}
        tests = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
        for item in tests:
            name, classes = _asked_class(item)
            if not classes:
                continue
            before = self.lookup(name)
            qualified = self.file.qualified(classes[0])
            kind = self.project.kind_of(qualified)
            value = Value(kind, qualified) if kind is not Kind.UNKNOWN else UNKNOWN
            if qualified == "numpy.ndarray":
                value = ARRAY
            if qualified.startswith("builtins."):
                value = PYTHON if qualified[9:] in ("int", "float", "str", "bool") else before
            if len(classes) > 1 and value.of and not {self.file.qualified(each) for each in classes} <= _ALIKE:
                value = Value(kind)
            if value.kind is not Kind.UNKNOWN:
                restore[name] = before
                self.environment[name] = value
        return restore

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.evaluate(item.context_expr)
            if item.optional_vars is not None:
                known = value.kind in (Kind.LOADER, Kind.SEQUENCE)
                self.assign_to(item.optional_vars, value if known else UNKNOWN)
        self.run(node.body)

    def match_(self, node: ast.Match) -> None:
        subject = self.evaluate(node.subject)
        before = dict(self.environment)
        ends: list[Environment] = []
        for case in node.cases:
            self.environment.update(before)
            value = self.pattern(case.pattern, subject)
            if isinstance(node.subject, ast.Name):
                self.environment[node.subject.id] = value
            if case.guard is not None:
                self.evaluate(case.guard)
            self.run(case.body)
            if isinstance(node.subject, ast.Name):
                self.environment[node.subject.id] = subject
            ends.append(dict(self.environment))
        for end in ends:
            for name, value in end.items():
                self.environment[name] = join(self.environment.get(name, value), value)

    def pattern(self, node: ast.pattern, subject: Value) -> Value:
        """What the subject of a ``match`` is where it fits a pattern; binds the names that the pattern captures."""
        if isinstance(node, ast.MatchClass):
            self.evaluate(node.cls)
            qualified = self.file.qualified(node.cls)
            for inner in (*node.patterns, *node.kwd_patterns):
                self.pattern(inner, UNKNOWN)
            kind = self.project.kind_of(qualified)
            return Value(kind, qualified) if kind is not Kind.UNKNOWN else subject
        if isinstance(node, ast.MatchValue):
            self.evaluate(node.value)
        elif isinstance(node, ast.MatchSequence | ast.MatchOr | ast.MatchMapping):
            for inner in node.patterns:
                self.pattern(inner, UNKNOWN)
        elif isinstance(node, ast.MatchAs) and node.pattern is not None:
            subject = self.pattern(node.pattern, subject)
        captured = getattr(node, "rest" if isinstance(node, ast.MatchMapping) else "name", None)
        if captured:
            self.bind(captured, subject if isinstance(node, ast.MatchAs) else UNKNOWN)
        return subject

    def try_(self, node: ast.Try) -> None:
        self.run(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                self.evaluate(handler.type)
            if handler.name:
                self.bind(handler.name, PYTHON)
            before = dict(self.environment)
            self.run(handler.body)
            for name, value in before.items():
                if value.kind is not Kind.UNKNOWN:
                    self.environment[name] = value
        self.run(node.orelse)
        self.run(node.finalbody)

    def return_(self, node: ast.Return) -> None:
        value = self.evaluate(node.value) if node.value is not None else NONE
        if self.function is not None:
            self.function.returns = join(self.function.returns, value)
            if isinstance(node.value, ast.Tuple) and not any(isinstance(item, ast.Starred) for item in node.value.elts):
                length = len(node.value.elts)
                self.function.tuples[length] = join(self.function.tuples.get(length, UNKNOWN), value)

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.evaluate(target)

    # -- expressions ------------------------------------------------------------------------------------------------

    def evaluate(self, node: ast.expr) -> Value:
        handler = _EXPRESSIONS.get(type(node))
        if handler is not None:
            value = handler(self, node)
        else:
            for child in children(node):
                if isinstance(child, ast.expr):
                    self.evaluate(child)
            value = UNKNOWN
        if value.kind is Kind.TENSOR and not value.elements:
            known = elements.of_expression(node, value, self.file.value, self.file.qualified)
            if known:
                value = replace(value, elements=known)
        self.file.values[node] = value
        return value

    def name(self, node: ast.Name) -> Value:
        value = self.lookup(node.id)
        if value.kind in (Kind.REFERENCE, Kind.DTYPE) and not value.uncertain:
            self.file.targets[node] = value.of
        elif node in self.file.targets:
            del self.file.targets[node]
        return value

    def constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, str) and _DEVICE.fullmatch(node.value):
            return Value(Kind.DEVICE)
        return NONE if node.value is None else PYTHON

    def attribute(self, node: ast.Attribute) -> Value:
        receiver = self.evaluate(node.value)
        if node.attr in _MODULES_ALONE and self.only_moved(node.value):
            receiver = self.file.values[node.value] = Value(Kind.MODULE)
        if receiver == STATE and node.attr in ("to", "cuda", "cpu"):
            receiver = self.file.values[node.value] = UNKNOWN  # a model or a tensor that was loaded whole
        elif receiver == STATE and node.attr in ("eval", "train"):
            receiver = self.file.values[node.value] = MODULE
        self.note_target(node, receiver)
        if receiver.kind is Kind.REFERENCE:
            found = self.attribute_of_reference(receiver.of, node.attr)
            by_name = receiver.uncertain and receiver.of in self.project.modules
            return replace(found, uncertain=True) if by_name and found.kind is Kind.REFERENCE else found
        if receiver.of in self.project.classes:
            value = self.project.attribute(receiver.of, node.attr)
            if any(node.attr in info.converted for info in self.project.lineage(receiver.of)):
                value = self.environment.get(_place(node), value)
            if value.kind is not Kind.UNKNOWN:
                return value
            method = self.project.method(receiver.of, node.attr)
            if method is not None:
                if any(self.is_property(decorator, method) for decorator in method.node.decorator_list):
                    return method.returns
                return reference(method.qualified)
        if receiver.kind is Kind.UNKNOWN and node.attr in ("shape", "dtype"):
            return UNKNOWN
        return library.value_of_attribute(receiver, node.attr)

    def is_property(self, decorator: ast.expr, method: FunctionInfo) -> bool:
        return isinstance(decorator, ast.Name) and decorator.id in ("property", "cached_property")

    def only_moved(self, node: ast.expr) -> bool:
        """Whether an expression is ``x.cpu()`` of an unknown ``x``, which is taken for a tensor unless its use tells."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.args:
            return False
        return node.func.attr in ("cpu", "cuda") and self.file.value(node.func.value).kind is Kind.UNKNOWN

    def note_target(self, node: ast.Attribute, receiver: Value) -> None:
        target = ""
        if node.attr == "__name__" or (node.attr in _OF_EVERY_OBJECT and receiver.kind is not Kind.REFERENCE):
            self.file.targets[node] = ""
            return
        if receiver.kind is Kind.REFERENCE:
            value = self.attribute_of_reference(receiver.of, node.attr)
            target = value.of if value.kind in (Kind.REFERENCE, Kind.DTYPE) else ""
            if not target:
                target = f"{receiver.of}.{node.attr}"
        elif receiver.kind is Kind.BATCH and node.attr in _BATCH_MAPPING:
            target = ""
        elif receiver.of in self.project.classes:
            method = self.project.method(receiver.of, node.attr)
            if method is not None:
                target = method.qualified
            elif self.inherits(receiver, node.attr):
                target = self.library_target(receiver, node.attr)
        else:
            target = self.library_target(receiver, node.attr)
        likely = node.attr in _UNMISTAKABLE or node.attr == "clone" or node in self.file.sizes
        # ``make(*shape).uniform_()``; with a name before it, it may be a module of initialisers.
        likely = likely or (node.attr in _DRAWN and isinstance(node.value, ast.Call))
        if _is_tuple(receiver):
            likely = node.attr in library.TENSOR_ONLY  # a tuple was seen elsewhere, but it has none of these
        if not target and likely and (receiver.kind is Kind.UNKNOWN or _is_tuple(receiver)):
            of_dtype = isinstance(node.value, ast.Attribute) and node.value.attr == "dtype"
            target = f"torch.{'dtype' if of_dtype else 'Tensor'}.{node.attr}"
        elif not target and receiver.kind is Kind.UNKNOWN and node.attr in _LAYERS_OWN:
            target = f"torch.nn.Module.{node.attr}"
        self.file.targets[node] = target

    def inherits(self, receiver: Value, attribute: str) -> bool:
        """Whether an attribute of a project class's instance is the library base's, and not the class's own."""
        info = self.project.classes[receiver.of]
        if attribute in info.attributes or self.project.attribute(receiver.of, attribute).kind is not Kind.UNKNOWN:
            return False
        if receiver.kind is Kind.MODULE:
            plain = set(self.project.library_bases(receiver.of)) <= {"torch.nn.Module"}
            return attribute in MODULE_API or not plain
        return attribute in _INHERITED.get(receiver.kind, ())

    def library_target(self, receiver: Value, attribute: str) -> str:
        if receiver.kind is Kind.LOADER and attribute in _PROGRESS_BAR:
            return ""
        if receiver.kind is Kind.BATCH and attribute not in TENSOR_NAMES:
            return ""  # of what the program's own collate function makes, or of a named tuple
        if receiver.kind is Kind.DATASET and not receiver.of.startswith("torch") and attribute not in _OF_DATASETS:
            return ""  # of the program's own class behind ``loader.dataset``
        generic = _GENERIC_CLASS.get(receiver.kind)
        if generic is None:
            return f"{receiver.of}.{attribute}" if receiver.of.startswith("torch") else ""
        if receiver.kind is Kind.MODULE:
            own = receiver.of
            if own in self.project.classes:
                bases = [base for base in self.project.library_bases(own) if base != "torch.nn.Module"]
                own = bases[0] if bases and bases[0].startswith("torch.nn.") else "torch.nn.Module"
            plain = own in ("", "torch.nn.Module") or own.startswith("torchvision.")
            if plain and attribute not in MODULE_API | _LAYER_PARAMETERS:
                return ""
            if (attribute in MODULE_API and f"{own}.{attribute}" != f"{library.AVERAGED_MODEL}.module") or not own:
                return f"torch.nn.Module.{attribute}"
            return f"{own}.{attribute}"
        if receiver.kind is Kind.DISTRIBUTION and receiver.of.startswith("torch"):
            return f"{receiver.of}.{attribute}"
        if receiver.kind is Kind.SCHEDULER and f"{receiver.of}.{attribute}" in _OWN_STEPS:
            return f"{receiver.of}.{attribute}"
        return f"{generic}.{attribute}"

    def attribute_of_reference(self, of: str, attribute: str) -> Value:
        module = self.project.modules.get(of)
        if module is not None and attribute in module.globals:
            return module.globals[attribute]
        info = self.project.classes.get(of)
        if info is not None:
            value = self.project.attribute(of, attribute)
            if value.kind is not Kind.UNKNOWN:
                return value
            method = self.project.method(of, attribute)
            return reference(method.qualified) if method else UNKNOWN
        dotted = f"{of}.{attribute}"
        if dotted in self.project.added:
            return self.project.added[dotted]
        inner = self.project.find_module(dotted, self.file) if of.partition(".")[0] not in LIBRARY_ROOTS else None
        if inner is not None:
            return reference(inner.module)
        return library.value_of_constant_name(library.canonical(dotted))

    def call(self, node: ast.Call) -> Value:
        function = self.evaluate(node.func)
        arguments = [self.evaluate(argument) for argument in node.args]
        keywords = {keyword.arg: self.evaluate(keyword.value) for keyword in node.keywords}
        for keyword in node.keywords:
            if keyword.arg is None:
                keywords.update(self.handed_on(keyword.value, keywords))
        if function.kind is Kind.REFERENCE and function.items:
            values = [self.call_reference(choice.of, node, arguments, keywords) for choice in function.items]
            return values[0] if len(set(values)) == 1 else Value(join_all(tuple(values)).kind)
        if function.kind is Kind.REFERENCE:
            value = self.call_reference(function.of, node, arguments, keywords)
            return Value(Kind.MODULE) if function.uncertain and value.kind is Kind.MODULE else value
        if function.of.startswith(LAMBDA):
            return self.call_lambdas(function, arguments, keywords)
        if isinstance(node.func, ast.Attribute):
            receiver = self.file.value(node.func.value)
            target = self.file.qualified(node.func)
            if receiver.kind is Kind.UNKNOWN and not target and (owner := self.told_by_method(node, node.func)):
                target = self.file.targets[node.func] = f"{owner}.{node.func.attr}"
            if receiver.kind is Kind.UNKNOWN and not target:
                if node.func.attr == "cpu" and not node.args and not node.keywords:
                    target = self.file.targets[node.func] = "torch.Tensor.cpu"
                elif node.func.attr == "transpose" and len(node.args) == 2:
                    # An array with two axes comes out the same, and one with more has no other way to say this.
                    target = self.file.targets[node.func] = "torch.Tensor.transpose"
                elif node.func.attr == "type" and len(arguments) == 1 and _is_tensor_type(arguments[0]):
                    target = self.file.targets[node.func] = "torch.Tensor.type"
                elif node.func.attr == "repeat" and len(arguments) > 2:
                    target = self.file.targets[node.func] = "torch.Tensor.repeat"  # an array's takes two arguments
                elif node.func.attr == "unfold" and len(arguments) == 3:
                    target = self.file.targets[node.func] = "torch.Tensor.unfold"  # a layer's takes a tensor
                elif self.works_with_tensors(node, node.func.attr, arguments):
                    target = self.file.targets[node.func] = f"torch.Tensor.{node.func.attr}"
                elif _moves(node, arguments):
                    self.file.targets[node.func] = f"torch.Tensor.{node.func.attr}"
                    return UNKNOWN  # a tensor, or a model: in either case the same one
            if function.kind in (Kind.UNKNOWN, Kind.TENSOR, Kind.PYTHON, Kind.ARRAY, Kind.PARAMETER):
                if receiver.kind is Kind.MODULE and node.func.attr in _CALLED_BACK_WITH:
                    handed = list(_CALLED_BACK_WITH[node.func.attr])
                    if any(keyword.arg == "with_kwargs" for keyword in node.keywords):
                        handed.insert(2, UNKNOWN)
                    self.call_back(node, handed)
                elif receiver.kind in (Kind.TENSOR, Kind.PARAMETER) and node.func.attr == "register_hook":
                    self.call_back(node, [TENSOR])
                if node.func.attr in _REGISTERING:
                    self.register(receiver, node, arguments)
                if node.func.attr in ("append", "add", "extend") and receiver.kind is Kind.SEQUENCE and arguments:
                    self.grow(node.func.value, receiver, arguments[0], node.func.attr)
                if (receiver.kind is Kind.UNKNOWN or _is_tuple(receiver)) and target.startswith("torch.Tensor."):
                    return library.value_of_tensor_method(node.func.attr, node)
                return library.value_of_method(receiver, node.func.attr, node)
        return self.call_object(function, node, arguments, keywords)

    def handed_on(self, node: ast.expr, given: Mapping[str | None, Value]) -> dict[str, Value]:
        """What ``**kwargs`` hands on of what the function around was given by keyword."""
        kwarg = self.function.node.args.kwarg if self.function is not None else None
        if self.function is None or kwarg is None or not isinstance(node, ast.Name) or node.id != kwarg.arg:
            return {}
        known = self.function.arguments.items()
        return {name[2:]: value for name, value in known if name.startswith("**") and name[2:] not in given}

    def works_with_tensors(self, node: ast.Call, name: str, arguments: list[Value]) -> bool:
        """Whether a method of something unknown is a tensor's arithmetic, whose result is wanted (``meter.add(loss)``
        stands alone), or goes along a ``dim``, and no class of the project has one of that name."""
        arithmetic = name in _WITH_TENSORS and node is not self.alone and any(each.is_tensor for each in arguments)
        if not arithmetic and not (name in TENSOR_NAMES and any(k.arg in ("dim", "keepdim") for k in node.keywords)):
            return False
        return not any(name in info.methods for info in self.project.classes.values())

    def told_by_method(self, node: ast.Call, function: ast.Attribute) -> str:
        """The class of torch's that something unknown must be an instance of, by the method called on it and, where
        several have one of that name, by its own name; empty where a class of the project has such a method."""
        name = function.attr
        if name == "eval" and not node.args:
            return "torch.nn.Module"
        if name not in _TELLING or (name == "train" and node.args and not isinstance(node.args[0], ast.Constant)):
            return ""
        if any(name in info.methods for info in self.project.classes.values()):
            return ""
        called = ast.unparse(function.value).rpartition(".")[2].lower()
        if name in ("state_dict", "load_state_dict"):
            for part, owner in _STATEFUL.items():
                if part in called:
                    return owner
        return "torch.nn.Module"

    def register(self, receiver: Value, node: ast.Call, arguments: list[Value]) -> None:
        """``self.register_buffer("mask", tensor)`` makes an attribute."""
        owner = self.project.classes.get(receiver.of)
        named = node.args[0] if len(node.args) == 2 else None
        if owner is None or not (isinstance(named, ast.Constant) and isinstance(named.value, str)):
            return
        assert isinstance(node.func, ast.Attribute)
        given = arguments[1]
        value = Value(_REGISTERING[node.func.attr]) if given.kind is Kind.UNKNOWN else given
        owner.attributes[named.value] = join(owner.attributes.get(named.value, UNKNOWN), value)

    def grow(self, target: ast.expr, receiver: Value, added: Value, how: str) -> None:
        element = added.element() if how == "extend" else added
        grown = many(join(receiver.element(), element) if receiver.items else element)
        if isinstance(target, ast.Name):
            self.environment[target.id] = grown
        elif isinstance(target, ast.Attribute):
            owner = self.project.classes.get(self.file.value(target.value).of)
            if owner is not None:
                owner.attributes[target.attr] = grown

    def call_object(
        self, function: Value, node: ast.Call, arguments: list[Value], keywords: dict[str | None, Value]
    ) -> Value:
        """Calling an instance: a module on its inputs, a distribution, a transform."""
        if function.of in self.project.classes:
            name = "forward" if function.kind is Kind.MODULE else "__call__"
            method = self.project.method(function.of, name)
            if method is not None:
                self.pass_arguments(method, [function, *arguments], keywords)
                if method.returns.kind is not Kind.UNKNOWN:
                    return method.returns
        if function.kind is Kind.MODULE:
            return library.value_of_module_call(function.of, arguments[0] if arguments else UNKNOWN)
        if function.kind is Kind.TRANSFORM:
            return library.value_of_transform_call(function, arguments[0] if arguments else UNKNOWN)
        return UNKNOWN

    def call_reference(
        self, of: str, node: ast.Call, arguments: list[Value], keywords: dict[str | None, Value]
    ) -> Value:
        if of in _TENSOR_UFUNCS and len(node.args) == 1 and arguments[0].is_tensor and not arguments[0].uncertain:
            self.file.targets[node.func] = f"torch.{of.removeprefix('numpy.')}"
            return TENSOR  # NumPy hands the work to the tensor and wraps the result
        info = self.project.classes.get(of)
        if info is not None:
            constructor = self.project.method(of, "__init__")
            kind = self.project.kind_of(of)
            if constructor is not None:
                self.pass_arguments(constructor, [Value(kind, of), *arguments], keywords)
            if "torch.autograd.Function" in self.project.library_bases(of):
                return UNKNOWN
            return Value(kind, of)
        function = self.project.functions.get(of)
        if function is not None:
            bound = arguments
            if function.owner is not None and isinstance(node.func, ast.Attribute):
                receiver = self.file.value(node.func.value)
                if receiver.kind is not Kind.REFERENCE and not _is_static(function.node):
                    bound = [receiver, *arguments]
            self.pass_arguments(function, bound, keywords)
            if function.yields.kind is not Kind.UNKNOWN:
                return many(function.yields)
            given = self.given_back(function, bound, keywords)
            return function.returns if given.kind is Kind.UNKNOWN else given
        if of.startswith("builtins."):
            return self.call_builtin(of[9:], node, arguments)
        root = of.partition(".")[0]
        if root in ("torch", "torchvision", "einops"):
            owner, _, attribute = of.rpartition(".")
            if attribute == "apply" and owner in self.project.classes:
                return TENSOR
            value = library.value_of_call(of, node)
            if of in _WRAPPERS and arguments and arguments[0].kind is Kind.MODULE:
                return arguments[0]
            if value.of in ("torch.nn.ModuleList", "torch.nn.Sequential", "torch.nn.ModuleDict"):
                inner = arguments[0] if arguments else UNKNOWN
                element = inner if inner.kind is Kind.MODULE else inner.element()
                if value.of == "torch.nn.Sequential" and len(arguments) > 1:
                    element = UNKNOWN
                return Value(value.kind, value.of, (element,) if element.kind is Kind.MODULE else (), True)
            if value.kind is Kind.MODULE and not value.of and arguments and arguments[0].kind is Kind.MODULE:
                return arguments[0]
            if value.kind is Kind.TRANSFORM and arguments:
                return replace(value, items=arguments[0].items)
            return value
        tail = of.rpartition(".")[2]
        if tail in ("tqdm", "trange", "tqdm_notebook") or of in ("rich.progress.track",):
            return arguments[0] if arguments else UNKNOWN
        if of in ("copy.deepcopy", "copy.copy"):
            return arguments[0] if arguments else UNKNOWN
        if of == "importlib.import_module" and node.args:
            return self.module_by_name(node.args[0])
        if of in ("itertools.chain", "itertools.islice", "itertools.cycle"):
            return many(self.iterate(arguments[0])) if arguments else UNKNOWN
        if of == "collections.OrderedDict":
            return Value(Kind.MAPPING)
        if of == "collections.namedtuple":
            return reference(library.NAMED_TUPLE)
        if of == library.NAMED_TUPLE:
            seen = not any(isinstance(argument, ast.Starred) for argument in node.args) and None not in keywords
            return Value(Kind.SEQUENCE, of, (*arguments, *keywords.values()) if seen else ())
        if of in ("collections.deque",):
            return many(UNKNOWN)
        if root in ("math", "random", "os", "sys", "time", "json", "string", "re", "argparse", "datetime"):
            return PYTHON if of != "argparse.ArgumentParser" else UNKNOWN
        owner_name, _, attribute = of.rpartition(".")
        if attribute == "apply" and "torch.autograd.Function" in self.project.library_bases(owner_name):
            return TENSOR
        return library.value_of_other_call(of)

    def given_back(self, function: FunctionInfo, arguments: list[Value], keywords: dict[str | None, Value]) -> Value:
        """What a function that hands one of its arguments back was given."""
        name = function.handed_back
        if not name:
            return UNKNOWN
        places = [argument.arg for argument in (*function.node.args.posonlyargs, *function.node.args.args)]
        place = places.index(name)
        return arguments[place] if place < len(arguments) else keywords.get(name, UNKNOWN)

    def call_builtin(self, name: str, node: ast.Call, arguments: list[Value]) -> Value:
        first = arguments[0] if arguments else UNKNOWN
        if name == "enumerate":
            return many(tuple_of(PYTHON, self.iterate(first)))
        if name == "zip":
            return many(tuple_of(*(self.iterate(argument) for argument in arguments)))
        if name in ("iter", "list", "tuple", "sorted", "reversed", "set"):
            if first.kind is Kind.SEQUENCE and not first.many:
                return first
            return many(self.iterate(first)) if arguments else Value(Kind.SEQUENCE)
        if name == "next":
            return self.iterate(first)
        if name == "range":
            return Value(Kind.SEQUENCE, "range", (PYTHON,), True)
        if name == "map" and len(arguments) > 1:
            return many(self.applied(node.args[0], [self.iterate(argument) for argument in arguments[1:]]))
        if name == "filter" and len(arguments) == 2:
            self.applied(node.args[0], [self.iterate(arguments[1])])
            return many(self.iterate(arguments[1]))
        if name in ("len", "int", "float", "str", "bool", "isinstance", "hasattr", "type", "open", "repr", "round"):
            return PYTHON
        if name in ("sum", "min", "max", "abs", "pow"):
            if len(arguments) > 1 and any(argument.is_tensor for argument in arguments):
                return TENSOR
            element = self.iterate(first) if name in ("sum", "min", "max") and len(arguments) == 1 else first
            return TENSOR if element.is_tensor else element if element.kind in (Kind.ARRAY, Kind.PYTHON) else UNKNOWN
        if name == "dict":
            return Value(Kind.MAPPING)
        if name == "super":
            return self.super_value()
        if name == "getattr" and first.kind is Kind.REFERENCE and len(node.args) > 1:
            chosen = node.args[1]
            if isinstance(chosen, ast.Constant) and isinstance(chosen.value, str):
                return self.attribute_of_reference(first.of, chosen.value)
            return self.chosen_by_name(first.of)
        if name == "eval" and node.args and (looked_up := put_together(node.args[0])) is not None:
            chosen_one = self.chosen_by_name(self.file.namespace(looked_up.namespace))
            if looked_up.called and chosen_one.kind is Kind.REFERENCE:
                return self.call_reference(chosen_one.of, ast.Call(node, [], []), [], {})
            return chosen_one
        if name == "getattr" and len(arguments) > 1:
            known = first.of in self.project.classes
            found = self.attribute_by_name(first.of, beginning(node.args[1])) if known else UNKNOWN
            otherwise = next((each for each in arguments[2:] if each.kind is Kind.REFERENCE), UNKNOWN)
            return otherwise if found.kind is Kind.UNKNOWN else found
        return UNKNOWN

    def applied(self, given: ast.expr, arguments: list[Value]) -> Value:
        """What a function that is handed to ``map`` gives back."""
        function = self.file.value(given)
        if function.of.startswith(LAMBDA):
            return self.call_lambdas(function, arguments, {})
        call = ast.Call(given, [], [])
        if function.kind is Kind.REFERENCE and not function.items:
            return self.call_reference(function.of, call, arguments, {})
        return self.call_object(function, call, arguments, {}) if function.kind is Kind.MODULE else UNKNOWN

    def attribute_by_name(self, owner: str, beginning: str) -> Value:
        """What ``getattr(self, "net" + name)`` may give: the attributes that begin so, where they are of one kind."""
        if not beginning:
            return UNKNOWN
        found = [
            value
            for info in self.project.family(owner)
            for name, value in info.attributes.items()
            if name.startswith(beginning) and value.kind is not Kind.UNKNOWN
        ]
        kinds = {value.kind for value in found}
        return Value(kinds.pop()) if len(kinds) == 1 else UNKNOWN

    def module_by_name(self, name: ast.expr) -> Value:
        """``import_module("models." + name)``: the first of the project's modules that it may be stands for them all."""
        begun = beginning(name)
        if isinstance(name, ast.Constant):
            module = self.project.find_module(begun, self.file)
            return reference(module.module) if module is not None else UNKNOWN
        package = self.project.find_module(begun.rpartition(".")[0], self.file)
        prefix = f"{package.module}.{begun.rpartition('.')[2]}" if package is not None else begun
        found = sorted(module for module in self.project.modules if module.startswith(prefix) and module != prefix)
        return replace(reference(found[0]), uncertain=True) if begun and found else UNKNOWN

    def chosen_by_name(self, namespace: str) -> Value:
        """What stands for any name of a namespace: of torch's, or of a module of the project that holds models."""
        stand_in = _CHOSEN_BY_NAME.get(namespace) or self.project.model_of(namespace)
        return replace(reference(stand_in), uncertain=True) if stand_in else UNKNOWN

    def super_value(self) -> Value:
        owner = self.function.owner if self.function is not None else None
        if owner is None or not owner.bases:
            return UNKNOWN
        base = owner.bases[0]
        return Value(self.project.kind_of(base), base)

    def pass_to(self, function: Value, arguments: list[Value], keywords: dict[str | None, Value]) -> None:
        if function.kind is Kind.REFERENCE and function.of in self.project.functions:
            info = self.project.functions[function.of]
            if info.owner is not None and not _is_static(info.node):
                arguments = [UNKNOWN, *arguments]
            self.pass_arguments(info, arguments, keywords)

    def call_back(self, node: ast.Call, arguments: list[Value]) -> None:
        """A function that a module or tensor calls: ``net.apply(fn)``, ``net.register_forward_hook(hook)``."""
        given = node.args[0] if node.args else node.keywords[0].value if node.keywords else None
        function = self.file.value(given) if given is not None else UNKNOWN
        if function.of.startswith(LAMBDA):
            self.call_lambdas(function, arguments, {})
        else:
            self.pass_to(function, arguments, {})

    def pass_arguments(self, info: FunctionInfo, arguments: list[Value], keywords: dict[str | None, Value]) -> None:
        parameters = [argument.arg for argument in (*info.node.args.posonlyargs, *info.node.args.args)]
        for position, value in enumerate(_one_by_one(arguments)):
            if position < len(parameters):
                self.receive(info, parameters[position], value)
            elif info.node.args.vararg:
                name = f"*{position - len(parameters)}"
                info.arguments[name] = join(info.arguments.get(name, UNKNOWN), value)
        named = {*parameters, *(argument.arg for argument in info.node.args.kwonlyargs)}
        for key, value in keywords.items():
            if key is not None:
                self.receive(info, key if key in named else f"**{key}", value)

    def receive(self, info: FunctionInfo, name: str, value: Value) -> None:
        if value.kind is not Kind.UNKNOWN:
            known = info.arguments.get(name, UNKNOWN)
            told_only = known in (MODULE, OPTIMIZER) and value.kind is known.kind  # by its use, before anybody called
            info.arguments[name] = value if told_only else join(known, value)

    def binary(self, node: ast.BinOp) -> Value:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        if left.kind is right.kind is Kind.DATASET:
            return Value(Kind.DATASET)
        if left.kind is Kind.SEQUENCE and isinstance(node.op, ast.Add | ast.Mult) and right.kind is not Kind.TENSOR:
            if isinstance(node.op, ast.Add) and library.SIZE in (left, right):
                return library.SIZE
            if right.kind is Kind.SEQUENCE:
                return many(join(left.element(), right.element()))
            return many(left.element()) if left.items else left
        return _arithmetic(left, right)

    def unary(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        return PYTHON if isinstance(node.op, ast.Not) else _arithmetic(value, value)

    def compare(self, node: ast.Compare) -> Value:
        values = [self.evaluate(node.left), *(self.evaluate(comparator) for comparator in node.comparators)]
        if isinstance(node.ops[0], ast.Is | ast.IsNot | ast.In | ast.NotIn):
            return PYTHON
        if any(value.is_tensor for value in values):
            return TENSOR
        if any(value.kind is Kind.ARRAY for value in values):
            return ARRAY
        return PYTHON if all(value.kind is Kind.PYTHON for value in values) else UNKNOWN

    def boolean(self, node: ast.BoolOp) -> Value:
        result = UNKNOWN
        restore: Environment = {}
        for item in node.values:
            result = join(result, self.evaluate(item))
            if isinstance(node.op, ast.And):
                restore = {**self.narrow(item), **restore}
        self.environment.update(restore)
        return result

    def conditional(self, node: ast.IfExp) -> Value:
        self.evaluate(node.test)
        restore = self.narrow(node.test)
        body = self.evaluate(node.body)
        self.environment.update(restore)
        orelse = self.evaluate(node.orelse)
        found = join(body, orelse)
        one_sided = Kind.UNKNOWN in (body.kind, orelse.kind) and found.is_tensor
        return replace(found, uncertain=True) if one_sided else found

    def subscript(self, node: ast.Subscript) -> Value:
        container = self.evaluate(node.value)
        self.evaluate(node.slice)
        if container.kind is Kind.REFERENCE:
            listed = container.of.endswith(".__dict__")
            return self.chosen_by_name(container.of.removesuffix(".__dict__")) if listed else UNKNOWN
        if container.of == library.PARAMETER_GROUP:
            listed = isinstance(node.slice, ast.Constant) and node.slice.value == "params"
            return many(Value(Kind.PARAMETER)) if listed else UNKNOWN
        if container.kind is Kind.DATASET:
            return self.item_of_dataset(container)
        if container.kind is Kind.MODULE:
            if isinstance(node.slice, ast.Slice):
                return container
            return container.items[0] if container.items else Value(Kind.MODULE)
        if isinstance(node.slice, ast.Slice):
            if container.kind is Kind.SEQUENCE and not container.many:
                return many(container.element())
            return container
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            return container.element(node.slice.value)
        if isinstance(node.slice, ast.UnaryOp) and isinstance(node.slice.operand, ast.Constant):
            operand = node.slice.operand.value
            return container.element(-operand if isinstance(operand, int) else None)
        return container.element()

    def sequence(self, node: ast.Tuple | ast.List | ast.Set) -> Value:
        items = []
        starred = False
        for item in node.elts:
            value = self.evaluate(item)
            if isinstance(item, ast.Starred):
                starred = True
                value = self.file.value(item.value).element()
            items.append(value)
        if starred or len(items) > 16:
            joined = UNKNOWN
            for value in items:
                joined = join(joined, value)
            return many(joined)
        return Value(Kind.SEQUENCE, "tuple" if isinstance(node, ast.Tuple) else "", tuple(items))

    def mapping(self, node: ast.Dict) -> Value:
        values = [self.evaluate(value) for value in node.values]
        for key in node.keys:
            if key is not None:
                self.evaluate(key)
        element = UNKNOWN
        if values and all(value.kind is values[0].kind for value in values):
            for value in values:
                element = join(element, value)
        return Value(Kind.MAPPING, "", (element,) if element.kind is not Kind.UNKNOWN else (), True)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        saved = dict(self.environment)
        self.generators(node.generators)
        element = self.evaluate(node.elt)
        self.restore(saved)
        return many(element)

    def mapping_comprehension(self, node: ast.DictComp) -> Value:
        saved = dict(self.environment)
        self.generators(node.generators)
        self.evaluate(node.key)
        element = self.evaluate(node.value)
        self.restore(saved)
        return Value(Kind.MAPPING, "", (element,), True)

    def generators(self, generators: list[ast.comprehension]) -> None:
        for generator in generators:
            iterated = self.evaluate(generator.iter)
            self.assign_to(generator.target, self.iterate(iterated))
            for condition in generator.ifs:
                self.evaluate(condition)

    def restore(self, saved: Environment) -> None:
        for name in list(self.environment):
            if name not in saved:
                del self.environment[name]
        self.environment.update(saved)

    def lambda_(self, node: ast.Lambda) -> Value:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.evaluate(default)
        place = f"{LAMBDA}{self.file.path}:{node.lineno}:{node.col_offset}"
        info = self.project.lambdas.setdefault(place, LambdaInfo(node, self.file, self.function))
        self.run_lambda(info)
        return Value(Kind.PYTHON, place)

    def call_lambdas(self, function: Value, arguments: list[Value], keywords: Mapping[str | None, Value]) -> Value:
        """What any of the lambdas gives back that a value stands for."""
        called = [self.project.lambdas[each.of] for each in function.items or (function,)]
        return join_all(tuple(self.call_lambda(info, arguments, keywords) for info in called))

    def call_lambda(self, info: LambdaInfo, arguments: list[Value], keywords: Mapping[str | None, Value]) -> Value:
        parameters = [argument.arg for argument in (*info.node.args.posonlyargs, *info.node.args.args)]
        for name, value in (*zip(parameters, _one_by_one(arguments), strict=False), *keywords.items()):
            if name is not None:
                info.arguments[name] = join(info.arguments.get(name, UNKNOWN), value)
        if (info.module, info.function) == (self.file, self.function) and not info.running:
            self.run_lambda(info)
        return info.returns

    def run_lambda(self, info: LambdaInfo) -> None:
        saved, info.running = dict(self.environment), True
        parameters = info.node.args
        evidence = _tensor_evidence(info.node, self.file.sizes)
        for argument in (*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs):
            value = info.arguments.get(argument.arg, UNKNOWN)
            self.environment[argument.arg] = TENSOR if value == UNKNOWN and argument.arg in evidence else value
        info.returns = self.evaluate(info.node.body)
        self.restore(saved)
        info.running = False

    def walrus(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.assign_to(node.target, value)
        return value

    def starred(self, node: ast.Starred) -> Value:
        value = self.evaluate(node.value)
        if value.kind is Kind.SEQUENCE:
            return replace(value, of=SPREAD)
        return Value(Kind.SEQUENCE, SPREAD, () if value.kind is Kind.UNKNOWN else (value.element(),), True)

    def formatted(self, node: ast.JoinedStr) -> Value:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.evaluate(part.value)
                if isinstance(part.format_spec, ast.JoinedStr):
                    self.formatted(part.format_spec)
        return PYTHON

    def await_(self, node: ast.Await) -> Value:
        return self.evaluate(node.value)

    def yield_(self, node: ast.Yield) -> Value:
        value = self.evaluate(node.value) if node.value is not None else NONE
        if self.function is not None:
            self.function.yields = join(self.function.yields, value)
        return UNKNOWN

    def slice(self, node: ast.Slice) -> Value:
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                self.evaluate(part)
        return PYTHON


def _one_by_one(arguments: list[Value]) -> list[Value]:
    """The arguments of a call with what ``*args`` stands for, up to where it is not known how many those are."""
    spread: list[Value] = []
    for value in arguments:
        if value.of == SPREAD and value.many:
            break
        spread.extend(value.items if value.of == SPREAD else [value])
    return spread


def _place(node: ast.Attribute) -> str:
    """``self.x`` as the environment knows it beside the names."""
    return f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else ""


class _ClassScope(dict[str, Value]):
    """Names bound in a class body: seen there, kept as attributes, not seen from the methods."""

    def __init__(self, enclosing: Environment, attributes: dict[str, Value]) -> None:
        super().__init__(enclosing)
        self.attributes = attributes

    def __setitem__(self, name: str, value: Value) -> None:
        super().__setitem__(name, value)
        self.attributes[name] = value


def _is_tensor_type(value: Value) -> bool:
    """``torch.float32`` or ``torch.cuda.FloatTensor``."""
    named = value.kind is Kind.REFERENCE and value.of.startswith("torch.") and value.of.endswith("Tensor")
    return value.kind is Kind.DTYPE or named


def _moves(node: ast.Call, arguments: list[Value]) -> bool:
    """``x.cuda()``, ``x.to(device)``: what stands before the dot only changes its place."""
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr == "cuda":
        return len(node.args) < 2
    if node.func.attr != "to" or len(arguments) != 1 or node.keywords:
        return False
    given = node.args[0]
    name = given.attr if isinstance(given, ast.Attribute) else given.id if isinstance(given, ast.Name) else ""
    return arguments[0].kind is Kind.DEVICE or "device" in name.lower()


def _arithmetic(left: Value, right: Value) -> Value:
    if left.is_tensor or right.is_tensor:
        sure = any(value.is_tensor and not value.uncertain for value in (left, right))
        return TENSOR if sure else replace(TENSOR, uncertain=True)
    if Kind.ARRAY in (left.kind, right.kind):
        return ARRAY
    if left.kind is right.kind is Kind.PYTHON:
        return PYTHON
    return UNKNOWN


def beginning(name: ast.expr) -> str:
    """How a name that is put together begins: ``net`` of ``"net" + name``, ``f"net{name}"`` and ``"net%s" % name``."""
    if isinstance(name, ast.BinOp):
        whole = beginning(name.left)
        return whole.partition("%")[0] if isinstance(name.op, ast.Mod) else whole
    if isinstance(name, ast.JoinedStr) and name.values:
        return beginning(name.values[0])
    if isinstance(name, ast.Call) and isinstance(name.func, ast.Attribute) and name.func.attr == "format":
        return beginning(name.func.value).partition("{")[0]
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""


@dataclass(frozen=True)
class LookedUp:
    """``nn`` and ``name`` of ``eval(f"nn.{name}()")``, and whether what is found is called."""

    namespace: str
    name: ast.expr
    called: bool


def put_together(text: ast.expr) -> LookedUp | None:
    """What ``eval`` looks up by a text that is put together of a namespace and a name; None where it does more."""
    parts: list[ast.expr] = []
    waiting = [text]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            waiting.extend([part.right, part.left])
        elif isinstance(part, ast.JoinedStr):
            waiting.extend(reversed(part.values))
        elif isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None:
            parts.append(part.value)
        elif (filled := _filled_in(part)) is not None:
            parts.extend(filled)
        else:
            parts.append(part)
    begin, end = (parts[0], parts[2:]) if len(parts) in (2, 3) else (None, [])
    if not (isinstance(begin, ast.Constant) and isinstance(begin.value, str) and begin.value.endswith(".")):
        return None
    if any(not isinstance(part, ast.Constant) or part.value != "()" for part in end):
        return None
    return LookedUp(begin.value.rstrip("."), parts[1], bool(end))


def _filled_in(text: ast.expr) -> list[ast.expr] | None:
    """``"nn.{}()".format(name)`` and ``"nn.%s()" % name`` as the parts that they are put together of."""
    pattern: ast.expr
    if isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute) and text.func.attr == "format":
        pattern, values, gap = text.func.value, text.args, "{}"
    elif isinstance(text, ast.BinOp) and isinstance(text.op, ast.Mod) and not isinstance(text.right, ast.Tuple):
        pattern, values, gap = text.left, [text.right], "%s"
    else:
        return None
    if not isinstance(pattern, ast.Constant) or not isinstance(pattern.value, str) or len(values) != 1:
        return None
    before, found, after = pattern.value.partition(gap)
    if not found or any(sign in before + after for sign in "{}%"):
        return None
    return [ast.Constant(before), values[0], *([ast.Constant(after)] if after else [])]


def _is_static(node: Function) -> bool:
    return any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in node.decorator_list)


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _tensor_evidence(node: Function | ast.Lambda, sizes: frozenset[ast.Attribute]) -> frozenset[str]:
    """Parameters on which the body uses what only a tensor has (``x.unsqueeze``, ``x.size(0)``)."""
    parameters = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    found = set()
    for child in walk(node):
        if (
            isinstance(child, ast.Attribute)
            and isinstance(child.value, ast.Name)
            and child.value.id in parameters
            and (child.attr in _UNMISTAKABLE or child in sizes)
        ):
            found.add(child.value.id)
    return frozenset(found)


def _asked_class(test: ast.expr) -> tuple[str, list[ast.expr]]:
    """The name and the classes of ``isinstance(m, (A, B))`` or ``isinstance(m, A) or isinstance(m, B)``; no classes where
    a test asks something else."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        asked = [_asked_class(value) for value in test.values]
        same = len({name for name, _ in asked}) == 1 and all(classes for _, classes in asked)
        return asked[0][0], [each for _, classes in asked for each in classes] if same else []
    if not (isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance"):
        return "", []
    if len(test.args) != 2 or not isinstance(test.args[0], ast.Name):
        return "", []
    return test.args[0].id, test.args[1].elts if isinstance(test.args[1], ast.Tuple) else [test.args[1]]


_ALIKE = frozenset(
    f"torch.nn.{name}" for name in "Conv2d Conv3d Linear ConvTranspose1d ConvTranspose2d ConvTranspose3d".split()
)
"""Layers whose weight and bias have torch's names in MindSpore too."""


_DEVICE = re.compile(r"(cpu|cuda|mps|xpu|npu)(:\d*)?")

_TELLING = frozenset("train parameters named_parameters named_modules state_dict load_state_dict".split())
"""Methods that only modules have, or nearly so."""

_STATEFUL = {
    "opt": "torch.optim.Optimizer",
    "sched": "torch.optim.lr_scheduler.LRScheduler",
    "scaler": "torch.amp.GradScaler",
}
"""What else has a state, by what it is usually called."""

SPREAD = "*"
"""What marks the value of ``*args`` in a call."""

_CALLED_BACK_WITH = {
    "apply": [Value(Kind.MODULE)],
    "register_forward_hook": [Value(Kind.MODULE), many(TENSOR), TENSOR],
    "register_forward_pre_hook": [Value(Kind.MODULE), many(TENSOR)],
    "register_full_backward_hook": [Value(Kind.MODULE), many(TENSOR), many(TENSOR)],
}
"""What a module gives to the functions that it is handed."""

_REGISTERING = {"register_buffer": Kind.TENSOR, "register_parameter": Kind.PARAMETER, "add_module": Kind.MODULE}

_MODULES_TOO = frozenset("cpu cuda float double half long size requires_grad_ type dim type_as share_memory_".split())
_MODULES_ALONE = frozenset(
    "state_dict load_state_dict parameters named_parameters modules named_modules children eval train".split()
)
_AMBIGUOUS = frozenset(
    "t add_ norm gather exp cross pow log sqrt eq ne lt gt le ge grad scatter relu tanh sigmoid softmax multinomial "
    "uniform_ roll flatten mm matmul lerp unfold dim".split()
)
"""Names that a tensor has and that other objects may well have too."""

_WITH_TENSORS = frozenset("dot mv mm outer ger cross add sub mul div pow eq ne lt gt le ge lerp".split())
"""Methods that other objects may have too, but not with a tensor as their argument."""

_DRAWN = frozenset("uniform_ normal_ bernoulli_ exponential_ geometric_ cauchy_ log_normal_".split())
"""Methods that fill a tensor with random numbers."""
_UNMISTAKABLE = library.TENSOR_ONLY - _MODULES_TOO - _AMBIGUOUS


def _is_tuple(value: Value) -> bool:
    return value.kind is Kind.SEQUENCE and value.of in ("", "tuple", "list")


_TENSOR_UFUNCS = frozenset(
    "numpy.sin numpy.cos numpy.tan numpy.exp numpy.log numpy.sqrt numpy.square numpy.abs numpy.tanh numpy.floor "
    "numpy.ceil numpy.sign numpy.log2 numpy.log10 numpy.log1p numpy.expm1".split()
)
"""Functions of NumPy that give a tensor back when they are given one."""

_PROGRESS_BAR = frozenset(
    "set_postfix set_postfix_str set_description set_description_str update write close refresh clear display reset "
    "unpause moveto n total desc format_dict disable leave pos start_t last_print_n".split()
)
"""What ``tqdm`` adds to the loader that it walks over."""

_WRAPPERS = ("torch.nn.DataParallel", "torch.nn.parallel.DistributedDataParallel", "torch.nn.parallel.DataParallel")
"""Modules that leave what they wrap as it is."""

_STAR_LIBRARIES = ("torch", "torchvision")


def _star_offers(star: str, name: str) -> bool:
    """``from torch.nn import *`` binds classes; we take it to bind any capitalised name that is not otherwise known."""
    if star == "torch.nn":
        return name[:1].isupper() or name in ("functional", "init", "utils")
    return star.startswith(_STAR_LIBRARIES) and name not in _BUILTINS


_BUILTINS = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)

_STATEMENTS: dict[type, Callable[..., None]] = {
    ast.Import: _Reader.import_,
    ast.ImportFrom: _Reader.import_from,
    ast.FunctionDef: _Reader.function_definition,
    ast.AsyncFunctionDef: _Reader.function_definition,
    ast.ClassDef: _Reader.class_definition,
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.annotated_assign,
    ast.AugAssign: _Reader.augmented_assign,
    ast.For: _Reader.loop,
    ast.AsyncFor: _Reader.loop,
    ast.While: _Reader.while_,
    ast.If: _Reader.if_,
    ast.With: _Reader.with_,
    ast.AsyncWith: _Reader.with_,
    ast.Match: _Reader.match_,
    ast.Try: _Reader.try_,
    ast.TryStar: _Reader.try_,
    ast.Return: _Reader.return_,
    ast.Delete: _Reader.delete,
}

_EXPRESSIONS: dict[type, Callable[..., Value]] = {
    ast.Name: _Reader.name,
    ast.Constant: _Reader.constant,
    ast.Attribute: _Reader.attribute,
    ast.Call: _Reader.call,
    ast.BinOp: _Reader.binary,
    ast.UnaryOp: _Reader.unary,
    ast.Compare: _Reader.compare,
    ast.BoolOp: _Reader.boolean,
    ast.IfExp: _Reader.conditional,
    ast.Subscript: _Reader.subscript,
    ast.Tuple: _Reader.sequence,
    ast.List: _Reader.sequence,
    ast.Set: _Reader.sequence,
    ast.Dict: _Reader.mapping,
    ast.ListComp: _Reader.comprehension,
    ast.SetComp: _Reader.comprehension,
    ast.GeneratorExp: _Reader.comprehension,
    ast.DictComp: _Reader.mapping_comprehension,
    ast.Lambda: _Reader.lambda_,
    ast.NamedExpr: _Reader.walrus,
    ast.Starred: _Reader.starred,
    ast.JoinedStr: _Reader.formatted,
    ast.Await: _Reader.await_,
    ast.Yield: _Reader.yield_,
    ast.YieldFrom: _Reader.await_,
    ast.Slice: _Reader.slice,
}
