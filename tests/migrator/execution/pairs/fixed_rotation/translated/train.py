"""A network behind a random rotation that is neither a parameter nor a buffer."""

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn, ops
from mindspore.experimental import optim
from mindspore_support import init_normal_, init_orthogonal_, init_xavier_uniform_


class Net(nn.Cell):
    def __init__(self):
        super().__init__()
        self.rotation = ops.zeros((6, 6))
        init_orthogonal_(self.rotation)
        self.scale = Parameter(init_normal_(ops.zeros(6)))
        self.head = nn.Dense(6, 1)
        init_xavier_uniform_(self.head.weight)

    def construct(self, x):
        return self.head(ops.tanh(ops.matmul(x, self.rotation) * self.scale))


X = np.random.RandomState(0).randn(40, 6).astype(np.float32)
Y = (X[:, :1] * X[:, 1:2]).astype(np.float32)
net = Net().set_train()
optimizer = optim.SGD(net.trainable_params(), lr=0.1)


def forward(x, y):
    return ops.mse_loss(net(x), y)


step_gradients = ms.value_and_grad(forward, None, optimizer.parameters)
for step in range(20):
    loss, gradients = step_gradients(Tensor(X), Tensor(Y))
    optimizer(gradients)
    print(f"step {step} loss {float(loss):.6f}")
