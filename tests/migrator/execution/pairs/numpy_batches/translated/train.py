import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops
from mindspore.experimental import optim

rng = np.random.default_rng(0)
np.random.seed(1)
X = rng.normal(size=(200, 6)).astype(np.float32)
Y = (X @ rng.normal(size=(6, 1)) + 0.3).astype(np.float32)
model = nn.SequentialCell(nn.Dense(6, 12), nn.Tanh(), nn.Dense(12, 1))
model.set_train()
optimizer = optim.SGD(model.trainable_params(), lr=0.05, momentum=0.9, nesterov=True)
loss_fn = nn.MSELoss()
for step in range(40):
    pick = np.random.permutation(200)[:32]
    x, y = Tensor(X[pick]), Tensor(Y[pick])
    x = x + 0.01 * ops.normal(x.shape, Tensor(0.0), Tensor(2.0))

    def forward_fn():
        return loss_fn(model(x), y)

    loss, grads = ms.value_and_grad(forward_fn, None, optimizer.parameters)()
    optimizer(grads)
    if step % 10 == 9:
        print("step", step, "mse", loss.item())
