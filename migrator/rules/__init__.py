"""The translation rules: one module a rule, found by walking the package, applied by stage and then by module name."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from migrator.rewriting.rule import Rule


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule, in the order of application."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted((cls() for cls in Rule.__subclasses__()), key=lambda rule: (rule.stage, type(rule).__module__)))
