"""A model in DataParallel, its running average in a module around a copy of that, and a frozen parameter."""

import copy

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn, ops
from mindspore.experimental import optim


class Net(nn.Cell):
    def __init__(self):
        super().__init__()
        self.frequencies = Parameter(ops.randn(5), requires_grad=False)
        self.head = nn.Dense(10, 1)

    def construct(self, x):
        angles = x * self.frequencies
        return self.head(ops.cat([ops.sin(angles), ops.cos(angles)], 1))


class Average(nn.Cell):
    def __init__(self, model):
        super().__init__()
        self.module = copy.deepcopy(model)

    def update(self, model):
        for mean, value in zip(self.module.get_parameters(), model.get_parameters(), strict=True):
            ops.assign(mean, mean * 0.5 + value * 0.5)


X = np.random.RandomState(0).randn(40, 1).astype(np.float32)
Y = np.abs(X)
net = Net().set_train()
average = Average(net)
optimizer = optim.Adam(net.trainable_params(), lr=0.05)


def forward(x, y):
    return ops.mse_loss(net(x), y)


step_gradients = ms.value_and_grad(forward, None, optimizer.parameters)
for step in range(20):
    loss, gradients = step_gradients(Tensor(X), Tensor(Y))
    optimizer(gradients)
    average.update(net)
    smooth = ops.mse_loss(average.module(Tensor(X)), Tensor(Y))
    print(f"step {step} loss {float(loss):.6f} average loss {float(smooth):.6f}")
