"""Every rule's own examples: what it changes, and what it must leave alone."""

import ast

import pytest

from migrator.rewriting.rule import Rule
from migrator.rules import all_rules
from migrator.translation import translate_source


def without_imports(code: str) -> str:
    """The statements that are not import lines nor inlined support nor the module's name, as normalised source."""
    tree, support_kinds = ast.parse(code), ast.FunctionDef | ast.ClassDef
    support = {node.name for node in tree.body if isinstance(node, support_kinds) and ast.get_docstring(node)}
    kept = [
        node
        for node in tree.body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and getattr(node, "name", "") not in support
        and not ast.unparse(node).startswith("globals().setdefault('__name__'")
    ]
    return ast.unparse(ast.Module(kept, []))


CASES = [
    pytest.param(rule, before, after, id=f"{type(rule).__name__}-{index}")
    for rule in all_rules()
    for index, (before, after) in enumerate(rule.examples)
]
QUIET = [
    pytest.param(rule, source, id=f"{type(rule).__name__}-{index}")
    for rule in all_rules()
    for index, source in enumerate(rule.unchanged)
]


@pytest.mark.parametrize(("rule", "before", "after"), CASES)
def test_it_writes_what_its_example_says(rule: Rule, before: str, after: str) -> None:
    assert without_imports(translate_source(before, target="cpu").code) == without_imports(after)


@pytest.mark.parametrize(("rule", "source"), QUIET)
def test_it_leaves_its_counterexample_alone(rule: Rule, source: str) -> None:
    result = translate_source(source, target="cpu")
    assert result.code == source
    assert not result.findings


def test_every_rule_says_what_it_does() -> None:
    for rule in all_rules():
        assert rule.code.startswith("MF") and rule.title and (type(rule).__doc__ or "").strip(), type(rule)


def test_codes_are_not_shared_by_different_rules() -> None:
    codes = [rule.code for rule in all_rules()]
    assert len(codes) == len(set(codes)), codes
