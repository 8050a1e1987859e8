"""Children that are added by name."""

from mindspore import nn

from migrator.support.cells import add_module


def test_parameters_of_children_added_by_name_are_named_apart() -> None:
    cell = nn.Cell()
    for number in range(2):
        add_module(cell, f"head_{number}", nn.Dense(2, 1))

    assert [parameter.name for parameter in cell.trainable_params()] == [
        "head_0.weight", "head_0.bias", "head_1.weight", "head_1.bias",
    ]  # fmt: skip
