"""What initialisers put into tensors that are no parameters: masks, rotations and tables that belong to no record of
weights. Both sides keep it under one name, as they draw by different means."""

INITIAL_VALUES = "initial values"

DRAWING = frozenset(
    {
        "uniform_",
        "normal_",
        "trunc_normal_",
        "xavier_uniform_",
        "xavier_normal_",
        "kaiming_uniform_",
        "kaiming_normal_",
        "orthogonal_",
        "sparse_",
    }
)
"""The initialisers of torch.nn.init that draw; translated code has them as ``init_…``."""
