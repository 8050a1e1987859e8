from collections import OrderedDict

from torch import nn


class MLP(nn.Sequential):
    """A sequential with named layers."""

    def __init__(self, n_in, n_out, hidden, p=0.1):
        layers = OrderedDict()
        width = n_in
        for i, h in enumerate(hidden):
            layers[f"fc{i}"] = nn.Linear(width, h)
            layers[f"bn{i}"] = nn.BatchNorm1d(h)
            layers[f"act{i}"] = nn.ELU()
            layers[f"drop{i}"] = nn.Dropout(p)
            width = h
        layers["head"] = nn.Linear(width, n_out)
        super().__init__(layers)
