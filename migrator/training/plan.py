"""How each loss of a file is to be differentiated: decided once a file, read by the training rules."""

from __future__ import annotations

import ast
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from weakref import WeakKeyDictionary

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.file import FileWork, Scope
from migrator.rewriting.flow import COMPREHENSIONS, escapes, exposed, parameters, path_of, paths, stored
from migrator.training.arguments import entering_argument, entering_attribute
from migrator.training.branching import routed_call
from migrator.training.carrying import Carriers, leaves_of
from migrator.training.losses import (
    LOOPS,
    Backward,
    Refused,
    Region,
    Step,
    Training,
    bound_anew,
    enclosing_loops,
    find_region,
    function_of,
    read_training,
    spelled,
)


class Mode(enum.Enum):
    """``DIRECT``: the gradients go straight to the optimizer, ``optimizer(grads)``. ``KEPT``: they are added up in each
    parameter's ``grad``, as torch does, because the code accumulates, reads or shares them. ``RECORDED``: no forward
    function can be cut out, and the computation is recorded as it runs."""

    DIRECT = "direct"
    KEPT = "kept"
    RECORDED = "recorded"


Round = ast.For | ast.AsyncFor | ast.comprehension


@dataclass(eq=False)
class Plan:
    """One backward: its region (or why there is none), its mode, and the optimizers that step afterwards. Those that a
    loop names which the backward does not stand in (``for optimizer in optimizers: optimizer.step()``) have their
    ``rounds``, from the outside in."""

    backward: Backward
    region: Region | Refused
    mode: Mode
    steps: tuple[Step, ...]
    optimizers: tuple[ast.expr, ...]
    rounds: dict[ast.expr, tuple[Round, ...]] = field(default_factory=dict)
    absent: tuple[ast.expr, ...] = ()
    """The optimizers that may be None."""
    modules: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    gradients: str = "grads"
    narrowed: bool = False
    """Whether the loss is differentiated by the parameters of its own models alone, not by all of the optimizer's."""
    leader: Plan | None = None
    """The plan that writes the forward function, where this one stands in another branch after the same loss."""

    @property
    def makers(self) -> set[str]:
        """The places by which the optimizers are known where the loss is differentiated."""
        found = set()
        for optimizer in self.optimizers:
            rounds = self.rounds.get(optimizer, ())
            named = stored(each.target for each in rounds)
            for node in (optimizer, *(each.iter for each in rounds)):
                found |= {path for path in paths(node) if path.partition(".")[0] not in named}
        return found

    @property
    def has_weights(self) -> bool:
        """Whether it is known whose parameters the loss is differentiated by."""
        return bool(self.optimizers or self.modules or self.leaves)


@dataclass(eq=False)
class FilePlan:
    training: Training
    carriers: Carriers
    plans: list[Plan] = field(default_factory=list)
    direct_scopes: set[ast.AST] = field(default_factory=set)
    reducers: set[tuple[ast.ClassDef, str]] = field(default_factory=set)
    """The classes, with their optimizers, whose objects average gradients over several processes."""

    @property
    def records(self) -> bool:
        """Whether the file's computations are recorded as they run."""
        return any(plan.mode is Mode.RECORDED for plan in self.plans)


_plans: WeakKeyDictionary[FileWork, FilePlan] = WeakKeyDictionary()


def plan_of(work: FileWork) -> FilePlan:
    """The file's plan, made at the first question."""
    if work not in _plans:
        _plans[work] = _make(work)
    return _plans[work]


def _make(work: FileWork) -> FilePlan:
    carriers = Carriers(work, (path for path, _ in leaves_of(work)))
    training = read_training(work)
    file_plan = FilePlan(training, carriers)
    if not training.backwards:
        return file_plan
    by_scope: dict[Scope, list[Plan]] = {}
    for backward in training.backwards:
        region = find_region(work, carriers, backward)
        if isinstance(region, Region):
            region = _checked(work, carriers, training, backward, region)
        if isinstance(region, Region) and (routed := routed_call(work, region, backward)) is not None:
            region = Refused(
                f"{ast.unparse(routed.func)} runs other layers for other arguments, and torch leaves the rest alone",
                routed,
            )
        reason = _computed_elsewhere(work, carriers, backward, region) if isinstance(region, Region) else ""
        if reason:
            file_plan.plans.append(Plan(backward, Refused(reason, backward.statement), Mode.RECORDED, (), ()))
            by_scope.setdefault(backward.scope, []).append(file_plan.plans[-1])
            continue
        steps = _steps_after(work, training, backward)
        rounds = {step.optimizer: _rounds(work, step.optimizer, backward) for step in steps}
        stepping = {step.path: step.optimizer for step in steps if rounds[step.optimizer] is not None}
        optimizers = tuple(stepping.values()) or _known_optimizer(work, backward)
        modules = _modules(work, backward, region)
        if modules and steps and all(_may_not_be(work, backward, step) for step in steps):
            optimizers = ()
        mode = Mode.KEPT if isinstance(region, Region) else Mode.RECORDED
        plan = Plan(backward, region, mode, steps, optimizers)
        plan.rounds = {optimizer: rounds[optimizer] or () for optimizer in stepping.values()}
        plan.absent = tuple(step.optimizer for step in steps if _may_be_none(work, backward, step))
        plan.modules = modules
        _leave_out_weights(work, carriers, training, plan)
        plan.leaves = _leaves(work, carriers, backward, region)
        if not steps and not plan.leaves and (own := _own_parameters(work, backward, region)):
            plan.optimizers, plan.leaves = (), own
        elif not plan.optimizers and not plan.leaves:
            plan.leaves = _own_parameters(work, backward, region)
        if not plan.has_weights:
            plan.mode = Mode.RECORDED
        file_plan.plans.append(plan)
        by_scope.setdefault(backward.scope, []).append(plan)
    _narrow_shared_optimizers(work, carriers, file_plan.plans)
    for plans in by_scope.values():
        _join_branches(work, plans)
    for region in _shared(file_plan.plans):
        for plan in file_plan.plans:
            if plan.region is region:
                plan.region = Refused("more than one backward() follows the same computation", plan.backward.statement)
                plan.mode = Mode.RECORDED
    if file_plan.records:
        for plan in file_plan.plans:
            plan.mode = Mode.RECORDED
        return file_plan
    if not _reads_gradients(work):
        for scope, plans in by_scope.items():
            if all(_is_direct(work, training, plan, plans) for plan in plans) and _all_claimed(
                work, training, scope, plans
            ):
                file_plan.direct_scopes.add(scope)
                for plan in plans:
                    plan.mode = Mode.DIRECT
    return file_plan


def _narrow_shared_optimizers(work: FileWork, carriers: Carriers, plans: Sequence[Plan]) -> None:
    """Where an optimizer steps after losses of different models, torch leaves the parameters alone that the one before
    did not reach, while gradients of zeros would let momentum and decay move them."""
    for plan in plans:
        others = [other for other in plans if other is not plan and _same_steps(plan, other)]
        apart = any(set(other.modules) != set(plan.modules) for other in others)
        if apart and all(_sees_its_models(work, carriers, each) for each in (plan, *others)):
            plan.narrowed = True
    for plan in plans:
        if plan.narrowed:
            plan.optimizers = ()


def _same_steps(one: Plan, other: Plan) -> bool:
    return bool(one.steps) and {step.path for step in one.steps} == {step.path for step in other.steps}


def _sees_its_models(work: FileWork, carriers: Carriers, plan: Plan) -> bool:
    """Whether everything that the loss is computed with is a model by its name, or has no parameters."""
    if not isinstance(plan.region, Region) or not plan.modules or plan.leaves or len(plan.optimizers) != 1:
        return False
    for root in (*plan.region.statements, plan.backward.objective):
        for call in walk(root):
            if isinstance(call, ast.Call) and work.value(call.func).kind is not Kind.MODULE:
                qualified = work.qualified(call.func)
                own = qualified in work.project.functions and not carriers.function_carries(qualified)
                if not own and not qualified.startswith(("torch.", "builtins.", "numpy.", "math.")):
                    return False
    return True


def _leave_out_weights(work: FileWork, carriers: Carriers, training: Training, plan: Plan) -> None:
    """Has the forward function begin below what makes the models or optimizers whose parameters it is differentiated
    by: they are named where it is."""
    region = plan.region
    if not isinstance(region, Region):
        return
    named = sorted(plan.makers) or plan.modules
    made = [index for index, statement in enumerate(region.statements) if _binds_any(statement, named)]
    if made:
        later = Region(region.block, region.first + made[-1] + 1, region.last, region.conditions)
        plan.region = _checked(work, carriers, training, plan.backward, later)
        if isinstance(plan.region, Refused):
            reason = "what is to be trained is made among the statements that compute the loss"
            plan.region, plan.mode = Refused(reason, region.statements[made[-1]]), Mode.RECORDED


def _binds_any(statement: ast.stmt, named: Sequence[str]) -> bool:
    bound = {
        path_of(node)
        for node in walk(statement)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    return any(f"{path}.".startswith(f"{place}.") for path in named for place in bound if place)


def _computed_elsewhere(work: FileWork, carriers: Carriers, backward: Backward, region: Region) -> str:
    """Why the loss reaches beyond the function that differentiates it, else an empty text."""
    if entering_argument(work, carriers, backward, region) is not None:
        return "a model was called where this function is called from, and the loss depends on what it gave"
    place = entering_attribute(work, carriers, backward, region)
    return f"the loss depends on {place}, which another method computed" if place else ""


def _join_branches(work: FileWork, plans: list[Plan]) -> None:
    """Finds the backwards of one loss that stand in different branches after it, of which only one can run: ``if
    use_amp: scaler.scale(loss).backward() else: loss.backward()``. The first one writes the forward function."""
    for place, plan in enumerate(plans):
        region = plan.region
        if plan.leader is not None or not isinstance(region, Region) or not _may_join(plan):
            continue
        joined = [plan]
        for other in plans[place + 1 :]:
            if other.leader is None and isinstance(other.region, Region) and _may_join(other):
                same = _loss_and_weights(plan) == _loss_and_weights(other)
                if same and all(_apart(work, other.backward.statement, each.backward.statement) for each in joined):
                    joined.append(other)
        chains = [each.region.conditions for each in joined if isinstance(each.region, Region)]
        # Where the branches part, the loss is differentiated in any case.
        region.conditions = tuple(
            tests[0] for tests in takewhile(lambda tests: len(set(tests)) == 1, zip(*chains, strict=False))
        )
        for other in joined[1:]:
            other.leader, other.region = plan, region


def _may_join(plan: Plan) -> bool:
    return plan.mode is Mode.KEPT and plan.backward.gradient is None and not plan.backward.retains


def _loss_and_weights(plan: Plan) -> tuple[object, ...]:
    """What two backwards must have in common so that one forward function serves both."""
    region = plan.region
    assert isinstance(region, Region)
    weights = {path_of(optimizer) for optimizer in plan.optimizers}, plan.modules, plan.leaves
    return ast.unparse(plan.backward.objective), id(region.block), region.first, region.last, *weights


def _apart(work: FileWork, one: ast.stmt, other: ast.stmt) -> bool:
    """Whether two statements stand in different branches of an ``if``, so that only one of them runs."""
    sides = {}
    node: ast.AST = one
    for above in work.ancestors(one):
        if isinstance(above, ast.If):
            sides[above] = node in above.orelse
        node = above
    node = other
    for above in work.ancestors(other):
        if isinstance(above, ast.If) and above in sides:
            return sides[above] != (node in above.orelse)
        node = above
    return False


def _shared(plans: list[Plan]) -> list[Region]:
    """The regions that have statements in common with another one."""
    found = []
    owners: dict[int, Region] = {}
    for plan in plans:
        if isinstance(plan.region, Region):
            for statement in plan.region.statements:
                for node in walk(statement):
                    if isinstance(node, ast.stmt):
                        other = owners.setdefault(id(node), plan.region)
                        if other is not plan.region:
                            found.extend([other, plan.region])
    return found


def _checked(
    work: FileWork, carriers: Carriers, training: Training, backward: Backward, region: Region
) -> Region | Refused:
    """A region that may become a function: nothing leaves it, nothing else is differentiated in it, and no gradient
    flows into it from before."""
    leaving = escapes(region.statements)
    if leaving is not None:
        return Refused(f"{type(leaving).__name__.lower()} stands between the model's call and backward()", leaving)
    made = _makes_a_leaf(region)
    if made is not None:
        return Refused("a tensor is told to need a gradient among the statements that compute the loss", made)
    inside = {id(node) for statement in region.statements for node in walk(statement)}
    for other in training.backwards:
        if other is not backward and id(other.statement) in inside:
            return Refused("another backward() stands between the model's call and this one", other.statement)
    for step in training.steps:
        if id(step.statement) in inside:
            return Refused("an optimizer steps between the model's call and backward()", step.statement)
    going_on = _goes_on(work, carriers, backward, region)
    if going_on:
        return Refused(f"{going_on} goes on from one round of the loop to the next, and not every round differentiates",
                       backward.statement)  # fmt: skip
    before = _statements_before(work, region, backward)
    entering = carriers.entering(region.statements, backward.objective, before)
    if entering is not None:
        return Refused("the loss depends on what was computed before, outside the statements around it", entering)
    return region


def _goes_on(work: FileWork, carriers: Carriers, backward: Backward, region: Region) -> str:
    """What brings a gradient from the rounds of a loop before, where ``backward()`` runs in some rounds only: a hidden
    state that is cut off every tenth step, a loss that is added up until then. Else an empty text."""
    loop = next(enclosing_loops(work, backward.statement), None)
    if loop is None or region.block[region.first] not in [node for node in walk(loop) if isinstance(node, ast.stmt)]:
        return ""
    changing = stored([loop])
    some_rounds = any(
        exposed([ast.Expr(test)]) & changing or any(isinstance(node, ast.Mod) for node in walk(test))
        for test, _ in region.conditions
    )
    if not some_rounds:
        return ""
    carried = open_names(region, backward) & stored(region.statements)
    carried = {name for name in carried if carriers.passes_on(name, region.statements, backward.objective)}
    for statement in loop.body:  # type: ignore[attr-defined]
        if statement not in region.statements:
            carried -= bound_anew(statement) - carriers.written(statement, carried)
    return min(carried, default="")


def _makes_a_leaf(region: Region) -> ast.AST | None:
    """A call within a `with` block of the region that asks gradients of a tensor."""
    for statement in region.statements:
        for node in walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == "requires_grad_" and isinstance(statement, ast.With):
                    return node
    return None


def _statements_before(work: FileWork, region: Region, backward: Backward) -> list[ast.stmt]:
    """The statements that run before a region in the same round of the innermost loop: above it in its list and in the
    lists around it. (What was computed before the loop cannot carry a gradient: its graph is gone after one round.)"""
    found = list(region.block[: region.first])
    node = work.parent(region.block[0])
    while isinstance(node, ast.stmt) and node is not backward.scope and not isinstance(node, LOOPS):
        block = work.block_of(node)
        found = [*block[: block.index(node)], *found]
        node = work.parent(node)
    return found


def _reads_gradients(work: FileWork) -> bool:
    """Whether any file of the project looks at a ``grad`` itself."""
    project = work.project
    if project.reads_gradients is None:
        nodes = (node for file in project.files.values() for node in walk(file.tree))
        project.reads_gradients = any(isinstance(node, ast.Attribute) and reads_gradient(node) for node in nodes)
    return project.reads_gradients


def reads_gradient(node: ast.Attribute) -> bool:
    """Whether an attribute is a tensor's ``grad``, which ``torch.autograd.grad`` is not."""
    return node.attr == "grad" and path_of(node) not in _AUTOGRAD


_AUTOGRAD = frozenset({"torch.autograd.grad", "autograd.grad", "th.autograd.grad", "T.autograd.grad", "ag.grad"})


def _steps_after(work: FileWork, training: Training, backward: Backward) -> tuple[Step, ...]:
    """The optimizers that step after a backward and before the next one: first in the same statement list and what
    encloses it, else anywhere in the function."""
    in_scope = [step for step in training.steps if function_of(work, step.statement) is backward.scope]
    in_scope = [step for step in in_scope if step.closure is None and _same_course(work, training, backward, step)]
    line = (backward.call.lineno, backward.call.col_offset)
    later = [step for step in in_scope if (step.call.lineno, step.call.col_offset) > line]
    found: list[Step] = []
    for step in later:
        if found and _backward_between(work, training, found[-1], step, backward.scope):
            break
        found.append(step)
    return tuple(found or in_scope[:1])


def _rounds(work: FileWork, optimizer: ast.expr, backward: Backward) -> tuple[Round, ...] | None:
    """The loops that name an optimizer and that a backward does not stand in, from the outside in; None where such a
    loop gives the name in another way than by going over something."""
    around = set(work.ancestors(backward.call))
    names = {node.id for node in walk(optimizer) if isinstance(node, ast.Name)}
    found: list[Round] = []
    for above in work.ancestors(optimizer):
        if above in around or isinstance(above, Scope):
            break
        rounds: list[Round] = list(reversed(above.generators)) if isinstance(above, COMPREHENSIONS) else []
        if isinstance(above, ast.For | ast.AsyncFor):
            rounds = [above]
        for each in rounds:
            if stored([each.target]) & names:
                found.append(each)
                names |= {node.id for node in walk(each.iter) if isinstance(node, ast.Name)}
        if isinstance(above, LOOPS) and stored(above.body) & names:
            return None
    return tuple(reversed(found))


def _may_not_be(work: FileWork, backward: Backward, step: Step) -> bool:
    """Whether an optimizer is made and used only under a condition that the backward does not stand under."""
    around = {above for above in work.ancestors(backward.statement) if isinstance(above, ast.If)}
    if not any(isinstance(above, ast.If) and above not in around for above in work.ancestors(step.statement)):
        return False
    makes = [
        node
        for node in work.nodes(ast.Name)
        if isinstance(node.ctx, ast.Store) and node.id == step.path.partition(".")[0]
    ]
    return bool(makes) and all(
        any(isinstance(above, ast.If) and not above.orelse and above not in around for above in work.ancestors(node))
        for node in makes
    )


def _may_be_none(work: FileWork, backward: Backward, step: Step) -> bool:
    """Whether an optimizer steps only where it is there: ``if optimizer is not None: optimizer.step()``, or under
    another condition where the file makes it None in some cases."""
    around = set(work.ancestors(backward.statement))
    tests = [
        above.test for above in work.ancestors(step.statement) if isinstance(above, ast.If) and above not in around
    ]
    if not tests or not path_of(step.optimizer):
        return False
    if any(step.path in paths(test) for test in tests):
        return True
    for assignment in work.nodes(ast.Assign):
        if any(path_of(target) == step.path for target in assignment.targets if isinstance(target, ast.expr)):
            value = assignment.value
            cases = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            if any(isinstance(case, ast.Constant) and case.value is None for case in cases):
                return True
    return False


def _same_course(work: FileWork, training: Training, backward: Backward, step: Step) -> bool:
    """Whether a step can follow a backward: in a loop that both are in, or past the backward's loops with no other
    backward between."""
    around = list(enclosing_loops(work, backward.statement))
    others = list(enclosing_loops(work, step.statement))
    if not around and not others:
        return True
    if around and others:
        return around[-1] is others[-1]
    return not any(
        other.scope is backward.scope and backward.call.lineno < other.call.lineno < step.call.lineno
        for other in training.backwards
    )


def _backward_between(work: FileWork, training: Training, before: Step, after: Step, scope: Scope) -> bool:
    return any(
        before.call.lineno <= other.call.lineno <= after.call.lineno and other.scope is scope
        for other in training.backwards
    )


def _known_optimizer(work: FileWork, backward: Backward) -> tuple[ast.expr, ...]:
    """The one optimizer that the function (or its object, or the module) knows."""
    for root in (backward.scope, work.tree):
        found: dict[str, ast.expr] = {}
        for node in walk(root):
            if isinstance(node, ast.Name | ast.Attribute) and work.value(node).kind is Kind.OPTIMIZER:
                path = path_of(node)
                if path and _rounds(work, node, backward) != ():
                    continue
                visible = function_of(work, node) in (backward.scope, work.tree)
                owner = _class_of(work, backward.statement)
                if root is work.tree and owner is not None and not _asks_for(work, owner, path):
                    continue
                if function_of(work, node) is backward.scope and node.lineno > backward.call.lineno:
                    continue
                if path.startswith("self.") and _class_of(work, node) is not _class_of(work, backward.statement):
                    continue
                if path and (visible or path.startswith("self.")) and "torch" not in path:
                    found.setdefault(path, node)
        selves = {path: node for path, node in found.items() if not path.startswith("self.") or _has_self(backward)}
        if len(selves) == 1:
            return tuple(selves.values())
    return ()


def _asks_for(work: FileWork, owner: ast.AST, path: str) -> bool:
    """Whether an object's class speaks of an optimizer that the module knows."""
    name = path.partition(".")[0]
    return name == "self" or any(
        isinstance(node, ast.Name)
        and node.id == name
        and name not in parameters(scope := function_of(work, node)) | stored(getattr(scope, "body", []))
        for node in walk(owner)
    )


def _class_of(work: FileWork, node: ast.AST) -> ast.AST | None:
    return next((above for above in work.ancestors(node) if isinstance(above, ast.ClassDef)), None)


def _has_self(backward: Backward) -> bool:
    scope = backward.scope
    return isinstance(scope, ast.FunctionDef) and bool(scope.args.args) and scope.args.args[0].arg == "self"


def _modules(work: FileWork, backward: Backward, region: Region | Refused) -> tuple[str, ...]:
    """The models that the loss is computed with: what their parameters are listed from where no optimizer is known."""
    roots: list[ast.AST] = [backward.statement]
    if isinstance(region, Region):
        roots.extend(region.statements)
    else:
        roots.append(backward.scope)
    found: dict[str, None] = {}
    for root in roots:
        for node in walk(root):
            if isinstance(node, ast.Name | ast.Attribute) and work.value(node).kind is Kind.MODULE:
                path = path_of(node)
                if not isinstance(node.ctx, ast.Load):
                    continue
                if function_of(work, node) not in (backward.scope, work.tree):
                    continue
                if path and path != "self" and _has_parameters(work.value(node).of) and _outermost(work, node):
                    found.setdefault(path)
            elif isinstance(node, ast.Name) and node.id == "self" and work.value(node).kind is Kind.MODULE:
                found.setdefault("self")
    if "self" in found:
        return ("self",)
    return tuple(path for path in found if not any(path.startswith(f"{other}.") for other in found if other != path))


def _outermost(work: FileWork, node: ast.AST) -> bool:
    above = work.parent(node)
    return not (isinstance(above, ast.Attribute) and work.value(above).kind is Kind.MODULE)


def _has_parameters(of: str) -> bool:
    name = of.rpartition(".")[2]
    return not (of.startswith("torch.nn.") and name.endswith(("Loss", "Softmax", "ReLU", "Sigmoid", "Tanh", "Flatten")))


def _leaves(work: FileWork, carriers: Carriers, backward: Backward, region: Region | Refused) -> tuple[str, ...]:
    if not carriers.leaves:
        return ()
    read = paths(backward.objective)
    if isinstance(region, Region):
        for statement in region.statements:
            read |= paths(statement)
        before = region.block[: region.first]
        for statement in before:
            if stored([statement]) & read:
                read |= paths(statement)
    else:
        read |= paths(backward.scope)
    own = stored(region.statements) if isinstance(region, Region) else set()
    named = {path for path, place in leaves_of(work) if path in read and _is_meant(work, backward, path, place)} - own
    found = (named - _only_handed_to_grad(work)) | _leaves_of_objects(work, carriers, region)
    return tuple(path for path in sorted(found) if path and _exists_at(work, backward, region, path))


def _only_handed_to_grad(work: FileWork) -> set[str]:
    """What ``autograd.grad`` differentiates by, as a gradient penalty does, and whose ``.grad`` nobody reads."""
    handed: set[str] = set()
    for call in work.nodes(ast.Call):
        if work.qualified(call.func) == "torch.autograd.grad":
            inputs = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "inputs")]
            handed |= {path_of(node) for given in inputs for node in walk(given)}
    return handed - {path_of(node.value) for node in work.nodes(ast.Attribute) if node.attr == "grad"} - {""}


def _is_meant(work: FileWork, backward: Backward, path: str, place: ast.AST) -> bool:
    """Whether what is made to need a gradient in one place is what a backward pass knows by the same name: it is not,
    where a function makes a variable of its own so, unless the backward pass is in that, or hands the variable to it;
    nor where a loop does that to its variable, and the backward pass is not in the loop."""
    scope, name = function_of(work, place), path.partition(".")[0]
    loops = [loop for loop in work.ancestors(place) if isinstance(loop, ast.For) and name in stored([loop.target])]
    if loops and loops[0] not in work.ancestors(backward.call):
        return False
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) or name in ("self", "cls"):
        return True
    if name not in parameters(scope) | stored(scope.body):
        return True
    if scope in work.ancestors(backward.call):
        return True
    return any(
        isinstance(node, ast.Call)
        and path_of(node.func).rpartition(".")[2] == scope.name
        and name in {path_of(argument) for argument in (*node.args, *(keyword.value for keyword in node.keywords))}
        for node in walk(backward.scope)
    )


def _leaves_of_objects(work: FileWork, carriers: Carriers, region: Region | Refused) -> set[str]:
    """``curve.slope`` where ``curve`` is an object of a class of the file that is no module and makes
    ``self.slope`` need a gradient, and the loss is computed with ``curve``."""
    own = {path.removeprefix("self.") for path in carriers.leaves if path.startswith("self.")}
    nodes = [node for statement in region.statements for node in walk(statement)] if isinstance(region, Region) else []
    found = set()
    for node in nodes if own else ():
        value = work.value(node)
        if value.kind is Kind.INSTANCE and path_of(node) and isinstance(node, ast.Name | ast.Attribute):
            attributes = {name for info in work.project.lineage(value.of) for name in info.attributes}
            found |= {f"{path_of(node)}.{name}" for name in own & attributes}
    return found


def _exists_at(work: FileWork, backward: Backward, region: Region | Refused, path: str) -> bool:
    """Whether a name that its function binds is bound above a backward, and not only by what becomes its forward
    function; what others bind may be."""
    moved = region.statements if isinstance(region, Region) else ()
    within = {id(node) for statement in moved for node in walk(statement)}
    stores = [
        node
        for node in walk(backward.scope)
        if isinstance(node, ast.Name) and node.id == path and isinstance(node.ctx, ast.Store)
    ]
    return not stores or any(id(node) not in within and node.lineno <= backward.call.lineno for node in stores)


def _own_parameters(work: FileWork, backward: Backward, region: Region | Refused) -> tuple[str, ...]:
    """The parameters that the program made itself, outside of any module, and that the loss is computed with."""
    roots: list[ast.AST] = [backward.statement]
    roots.extend(region.statements if isinstance(region, Region) else [backward.scope])
    names = {
        node.id
        for root in roots
        for node in walk(root)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and work.value(node).kind is Kind.PARAMETER
    }
    return tuple(sorted(name for name in names if _exists_at(work, backward, region, name)))


# -- may the gradients go straight to the optimizer? -----------------------------------------------------------------


def _is_direct(work: FileWork, training: Training, plan: Plan, siblings: list[Plan]) -> bool:
    """One backward, then one step in the same statement list, and zeroed gradients in every round, or only one round."""
    if len(plan.steps) != 1 or plan.leaves or plan.backward.retains or plan.narrowed:
        return False
    step, backward = plan.steps[0], plan.backward
    block = work.block_of(backward.statement)
    if step.statement not in block or block.index(step.statement) <= block.index(backward.statement):
        return False
    place = block.index(backward.statement)
    between = block[place + 1 : block.index(step.statement)]
    if any(isinstance(node, ast.Raise | ast.Continue | ast.Break | ast.Return) for s in between for node in walk(s)):
        return False
    earlier = block[:place]
    for other in siblings:
        if other is plan:
            continue
        if other.steps and other.steps[0] is step:
            return False
        if any(other.backward.statement is item for statement in [*earlier, *between] for item in walk(statement)):
            if not any(s.statement in earlier for s in other.steps):
                return False
    if any(_zeroes(work, call, target, module, plan) for call, target, module in training.zeros):
        return True
    return _round(work, backward.statement) is work.tree and len(training.backwards) == 1


def _zeroes(work: FileWork, call: ast.Call, target: ast.expr, module: bool, plan: Plan) -> bool:
    """Whether a ``zero_grad()`` runs in every round of the innermost loop around a backward, for its optimizer."""
    if not module and spelled(target) != plan.steps[0].path:
        return False
    statement = work.statement_of(call)
    if function_of(work, statement) is not plan.backward.scope:
        return False
    return _round(work, statement) is _round(work, plan.backward.statement)


def _round(work: FileWork, statement: ast.stmt) -> ast.AST:
    for above in work.ancestors(statement):
        if isinstance(above, (*LOOPS, ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            return above
    return work.tree


def _all_claimed(work: FileWork, training: Training, scope: Scope, plans: list[Plan]) -> bool:
    claimed = {id(step) for plan in plans for step in plan.steps}
    return all(id(step) in claimed for step in training.steps if function_of(work, step.statement) is scope)


def open_names(region: Region, backward: Backward) -> set[str]:
    """The names that the forward function reads from outside."""
    return exposed([*region.statements, ast.Expr(backward.objective)])
