import copy
import random

import mindspore as ms
from mindspore import Tensor, nn, ops
from mindspore.experimental import optim

random.seed(2)


class Net(nn.Cell):
    def __init__(self):
        super().__init__()
        self.a = nn.Dense(4, 16)
        self.b = nn.Dense(16, 2)

    def construct(self, x):
        return self.b(ops.relu(self.a(x)))


def copy_weights(source, destination):
    for a, b in zip(source.get_parameters(), destination.get_parameters()):
        b.set_data(a.value().copy())


policy, target = Net(), Net()
average = copy.deepcopy(policy)
copy_weights(policy, target)
policy.set_train()
optimizer = optim.Adam(policy.trainable_params(), lr=5e-3)
memory = [[random.random() for _ in range(4)] for _ in range(64)]
for step in range(30):
    batch = Tensor(random.sample(memory, 16))
    wanted = ops.stop_gradient(1.0 + 0.9 * ops.max(target(batch.flip((1,))), axis=1)[0])

    def forward_fn():
        return ops.smooth_l1_loss(policy(batch)[:, 0], wanted, reduction="mean")

    loss, grads = ms.value_and_grad(forward_fn, None, optimizer.parameters)()
    optimizer(grads)
    for slow, fast in zip(average.get_parameters(), policy.get_parameters()):
        slow.set_data(slow * 0.9 + fast * 0.1)
    if step % 10 == 9:
        copy_weights(policy, target)
        print(f"step {step} loss {loss.item():.5f} average {average(batch).mean().item():.5f}")
