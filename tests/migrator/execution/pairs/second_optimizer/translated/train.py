"""A second optimizer takes over half-way, the first one is gone by then."""

import mindspore as ms
from mindspore import nn, ops
from mindspore.experimental import optim

ms.set_seed(3)
model = nn.SequentialCell(nn.Dense(4, 8), nn.Tanh(), nn.Dense(8, 1))
X = ops.linspace(-1, 1, 64).view(16, 4)
Y = X.sum(1, keepdims=True)


def forward_fn():
    return ((model(X) - Y) ** 2).mean()


optimizer = optim.SGD(model.trainable_params(), lr=0.1)
grad_fn = ms.value_and_grad(forward_fn, None, optimizer.parameters)
for step in range(20):
    if step == 10:
        optimizer = optim.SGD(model.trainable_params(), lr=0.02)
    loss, grads = grad_fn()
    optimizer(grads)
    print(f"step {step} loss {loss.item():.6f}")
