import mindspore as ms
from mindspore import Parameter, Tensor, ops
from mindspore.experimental import optim


class Curve:
    """No cell: its weights are parameters by themselves."""

    def __init__(self):
        self.slope = Parameter(ops.zeros((3, 1)))
        self.offset = Parameter(ops.zeros((1,)))

    def __call__(self, x):
        return ops.matmul(x, self.slope) + self.offset


curve = Curve()
x = ops.linspace(Tensor(-1.0), Tensor(1.0), 30).view(10, 3)
y = x.sum(1, keepdims=True) ** 2


def first_loss():
    return ((curve(x) - y) ** 2).mean()


weights = [curve.offset, curve.slope]
first = ms.value_and_grad(first_loss, None, weights)
for step in range(10):
    loss, gradients = first()
    for weight, gradient in zip(weights, gradients):
        ops.assign(weight, weight - 0.05 * gradient)
    print("loss", float(loss))

layers = [Parameter(ops.zeros((3, 3))), Parameter(ops.zeros((3, 3)))]
optimizer = optim.SGD(layers, lr=0.05)


def second_loss():
    return ((ops.matmul(ops.tanh(ops.matmul(x, layers[0])), layers[1]) - y) ** 2).mean()


second = ms.value_and_grad(second_loss, None, optimizer.parameters)
for step in range(10):
    loss, gradients = second()
    optimizer(gradients)
    print("loss", float(loss))
