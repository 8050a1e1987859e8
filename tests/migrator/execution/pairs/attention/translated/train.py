import math

import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops
from mindspore.experimental import optim

ms.set_seed(11)


class Block(nn.Cell):
    def __init__(self, d=16, heads=2):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm((d,), epsilon=1e-5), nn.LayerNorm((d,), epsilon=1e-5)
        self.q, self.k, self.v, self.proj = (nn.Dense(d, d) for _ in range(4))
        self.mlp = nn.SequentialCell(nn.Dense(d, 4 * d), nn.GELU(False), nn.Dense(4 * d, d), nn.Dropout(p=0.1))
        self.heads = heads
        self.register_buffer("gain", ops.full((1,), 0.5, dtype=ms.float32))

    def construct(self, x):
        B, T, C = x.shape
        y = self.ln1(x)
        q, k, v = (f(y).view(B, T, self.heads, C // self.heads).swapaxes(1, 2) for f in (self.q, self.k, self.v))
        mask = Tensor(np.triu(np.full((T, T), -1e9, np.float32), 1))
        weights = ops.softmax(ops.matmul(q, k.swapaxes(-1, -2)) / math.sqrt(C // self.heads) + mask, axis=-1)
        weights = ops.dropout(weights, 0.1, self.training)
        y = ops.matmul(weights, v)
        x = x + self.gain * self.proj(y.swapaxes(1, 2).reshape(B, T, C))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Cell):
    def __init__(self, vocab=12, d=16, T=8):
        super().__init__()
        self.tok, self.pos = nn.Embedding(vocab, d), nn.Embedding(T, d)
        self.blocks = nn.CellList([Block(d) for _ in range(2)])
        self.ln = nn.LayerNorm((d,), epsilon=1e-5)
        self.head = nn.Dense(d, vocab, has_bias=False)
        self.head.weight = self.tok.embedding_table

    def construct(self, x):
        h = ops.dropout(self.tok(x) + self.pos(ops.arange(x.shape[1])), 0.1, self.training)
        for block in self.blocks:
            h = block(h)
        return self.head(self.ln(h))


model = GPT()
model.set_train()
decay = [p for p in model.trainable_params() if p.dim() >= 2]
rest = [p for p in model.trainable_params() if p.dim() < 2]
optimizer = optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}], lr=3e-3)
data = ops.randint(0, 12, (400,))
for step in range(30):
    for group in optimizer.param_groups:
        group["lr"] = 3e-3 * min(1.0, (step + 1) / 5) * 0.5 * (1 + math.cos(math.pi * step / 30))
    at = ops.randint(0, len(data) - 9, (6,))
    x = ops.stack([data[int(i) : int(i) + 8] for i in at])
    y = ops.stack([data[int(i) + 1 : int(i) + 9] for i in at])

    def forward_fn():
        return ops.cross_entropy(model(x).view(-1, 12), y.view(-1))

    loss, grads = ms.value_and_grad(forward_fn, None, optimizer.parameters)()
    optimizer(grads)
print("final loss", loss.item())
