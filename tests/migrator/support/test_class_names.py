from mindspore import nn

from migrator.support.class_names import class_name


class Head(nn.Cell):
    pass


def test_a_layer_is_called_as_in_torch():
    assert [class_name(layer) for layer in (nn.Dense(1, 2), nn.SequentialCell(), nn.BatchNorm2d(2), Head())] == [
        "Linear",
        "Sequential",
        "BatchNorm2d",
        "Head",
    ]
