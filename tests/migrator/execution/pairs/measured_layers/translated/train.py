import mindspore as ms
from mindspore import Parameter, nn, ops
from mindspore.experimental import optim


class Net(nn.Cell):
    def __init__(self, shape):
        super().__init__()
        layers = nn.Conv2d(1, 4, 3, pad_mode="valid", has_bias=True), nn.BatchNorm2d(4), nn.ReLU()
        self.features = nn.SequentialCell(*layers).set_train()
        self.scale = Parameter(ops.ones(1), name="scale")
        self.head = nn.Dense(self.features(ops.ones((1, 1, *shape))).size, 2)
        self.shift = Parameter(ops.zeros(2), name="shift")

    def construct(self, x):
        return self.head(self.scale * self.features(x).flatten(start_dim=1)) + self.shift


net = Net((6, 6))
net.set_train()
optimizer = optim.Adam(net.trainable_params(), lr=1e-2)
for step in range(20):
    x = ops.randn(8, 1, 6, 6)

    def forward_fn():
        return ops.mse_loss(net(x), x[:, 0, :2, 0])

    loss, grads = ms.value_and_grad(forward_fn, None, optimizer.parameters)()
    optimizer(grads)
    print(f"step {step} loss {loss.item():.5f}")
