"""A layer is an instance of the class that ``isinstance`` asks for, whichever form its call was given."""

import importlib
import pkgutil
import re

import pytest
from mindspore import nn

import migrator.support
from migrator.catalog import shipped

CLASS = re.compile(r"(support|nn)\.([A-Z]\w*)")


def made_here():
    modules = [
        importlib.import_module(f"migrator.support.{m.name}") for m in pkgutil.iter_modules(migrator.support.__path__)
    ]
    return {name: value for module in modules for name, value in vars(module).items() if isinstance(value, type)}


HERE = made_here()


def classes(text):
    return [HERE[name] if root == "support" else getattr(nn, name) for root, name in CLASS.findall(text)]


def layers():
    for name in shipped().names():
        if re.fullmatch(r"torch\.nn\.[A-Z]\w*", name) and shipped().row(name).reference:
            yield name


@pytest.mark.parametrize("name", list(layers()))
def test_it_is_what_is_asked_for(name):
    row = shipped().row(name)
    asked = [getattr(known, "stands_for", known) for known in classes(row.reference)]
    for form in row.forms:
        for candidate in form.candidates:
            for made in classes(candidate.template.partition("(")[0]):
                if made.__name__ != "TransformSequence":  # of transforms, which are no layers here
                    assert any(issubclass(made, kind) for kind in asked), candidate.template
