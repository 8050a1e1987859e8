import mindspore as ms
import numpy as np
from mindspore import nn, ops
from mindspore.dataset import GeneratorDataset
from mindspore.experimental import optim

ms.set_seed(3)
np.random.seed(3)


class Generator(nn.Cell):
    def __init__(self):
        super().__init__()
        self.net = nn.SequentialCell(nn.Dense(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dense(32, 16))

    def construct(self, z):
        return ops.tanh(self.net(z))


class Discriminator(nn.Cell):
    def __init__(self):
        super().__init__()
        self.net = nn.SequentialCell(nn.Dense(16, 32), nn.LeakyReLU(0.2), nn.Dropout(p=0.3), nn.Dense(32, 1))

    def construct(self, x):
        return self.net(x)


class Rows:
    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        return (self.data[i],)


data = np.sin(np.random.rand(256, 1) * 6 + np.arange(16) / 3).astype("float32")
loader = GeneratorDataset(Rows(data), ["real"], shuffle=True).batch(32, drop_remainder=True)
netG, netD = Generator(), Discriminator()
netG.update_parameters_name("G.")
netD.update_parameters_name("D.")
netG.set_train()
netD.set_train()
optG = optim.RMSprop(netG.trainable_params(), lr=2e-3)
optD = optim.RMSprop(netD.trainable_params(), lr=2e-3)
fixed = ops.randn(16, 8)


def bce(logits, labels):
    return ops.binary_cross_entropy_with_logits(logits, labels, ops.ones_like(logits), ops.ones_like(logits))


for epoch in range(4):
    for (real,) in loader:

        def real_loss():
            return bce(netD(real), ops.ones((32, 1), ms.float32))

        errD_real, grads_real = ms.value_and_grad(real_loss, None, optD.parameters)()
        noise = ops.randn(32, 8)
        fake = netG(noise)

        def fake_loss():
            return bce(netD(ops.stop_gradient(fake)), ops.zeros((32, 1), ms.float32))

        errD_fake, grads_fake = ms.value_and_grad(fake_loss, None, optD.parameters)()
        optD(tuple(a + b for a, b in zip(grads_real, grads_fake)))

        def generator_loss():
            return bce(netD(netG(noise)), ops.ones((32, 1), ms.float32))

        errG, grads = ms.value_and_grad(generator_loss, None, optG.parameters)()
        optG(grads)
    print(f"[{epoch}/4] Loss_D: {float(errD_real) + float(errD_fake):.4f} Loss_G: {float(errG):.4f}")
