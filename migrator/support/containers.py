"""What torch's containers of modules can do and MindSpore's cannot."""

from __future__ import annotations

from mindspore import nn


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


def rebuild_layers(container, layers):
    """Gives a container other layers, numbered from 0."""
    for name in list(container._cells):
        del container._cells[name]
    for position, layer in enumerate(layers):
        container.insert_child_to_cell(str(position), layer)
    if hasattr(container, "cell_list"):
        container.cell_list = list(container._cells.values())
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
