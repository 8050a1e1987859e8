"""What torch's containers of modules can do and MindSpore's cannot."""

from __future__ import annotations

from mindspore import nn

from migrator.support.cells import follow_layers, parameter_prefix


class ModuleList(nn.CellList):
    """torch.nn.ModuleList for code that derives from it or calls it by another name: takes any iterable, and ``None``
    where there is no layer."""

    empty = 0

    def __init__(self, modules=None):
        super().__init__()
        for module in modules or ():
            self.append(module)

    def append(self, module):
        if module is None:
            self.empty += 1
        else:
            super().append(module)

    def __len__(self):
        return super().__len__() + self.empty

    def __iter__(self):
        return (self._cells.get(str(place)) for place in range(len(self)))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return list(self)[index] if self.empty else super().__getitem__(index)


class TransformSequence(nn.Cell):
    """torch.nn.Sequential of torchvision's transforms, which are modules there and plain callables here."""

    def __init__(self, *steps):
        super().__init__()
        self.steps = list(steps)
        for position, step in enumerate(steps):
            if isinstance(step, nn.Cell):
                step.update_parameters_name(f"{position}.")
                self.insert_child_to_cell(str(position), step)

    def construct(self, x):
        for step in self.steps:
            x = step(x)
        return x

    def __len__(self):
        return len(self.steps)

    def __getitem__(self, index):
        return TransformSequence(*self.steps[index]) if isinstance(index, slice) else self.steps[index]


class Sequential(nn.SequentialCell):
    """torch.nn.Sequential for classes that give themselves layers by attribute: MindSpore's would not run those."""

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if isinstance(value, nn.Cell):
            follow_layers(self)


class ModuleDict(nn.CellDict):
    """torch.nn.ModuleDict: holds containers too, and takes any name (MindSpore refuses both)."""

    def __init__(self, modules=None):
        super().__init__({} if modules is None else modules)

    def _validate_key(self, key):
        if not isinstance(key, str) or not key or "." in key:
            raise KeyError(f"a module's name is a text without dots, not {key!r}")

    def _validate_cell_type(self, cell):
        if not isinstance(cell, nn.Cell):
            raise TypeError(f"{type(cell).__name__} is not a module")


def set_layer(module, name, layer):
    """``setattr(module, name, layer)``, where the module may be a Sequential, which is to run the layer then."""
    if name in getattr(module, "_cells", {}) and isinstance(layer, nn.Cell):
        layer.update_parameters_name(parameter_prefix(name))
        module._cells[name] = layer
    else:
        setattr(module, name, layer)
    follow_layers(module)


def delete_layer(module, name):
    """``delattr(module, name)``, where the module may be a Sequential, which is not to run the layer any more."""
    delattr(module, name)
    follow_layers(module)


def rebuild_layers(container, layers):
    """Gives a container other layers, numbered from 0."""
    for name in list(container._cells):
        del container._cells[name]
    for position, layer in enumerate(layers):
        container.insert_child_to_cell(str(position), layer)
    follow_layers(container)
    return container


def append_layer(container, module):
    """torch's ``append`` of Sequential and ModuleList, which gives back the container."""
    return rebuild_layers(container, [*container._cells.values(), module])


def insert_layer(container, index, module):
    """torch's ``insert`` of Sequential and ModuleList, which gives back the container."""
    layers = list(container._cells.values())
    layers.insert(index, module)
    return rebuild_layers(container, layers)


def extend_layers(container, modules):
    """torch's ``extend`` of Sequential and ModuleList, which gives back the container."""
    return rebuild_layers(container, [*container._cells.values(), *modules])


def pop_layer(container, key):
    """torch's ``pop`` of Sequential and ModuleList: takes a layer out and gives it back."""
    layers = list(container._cells.values())
    taken = layers.pop(key)
    rebuild_layers(container, layers)
    return taken
