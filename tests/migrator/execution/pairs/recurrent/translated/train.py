import mindspore as ms
from mindspore import Tensor, nn, ops
from mindspore.experimental import optim

ms.set_seed(0)
text = ("the ferry crosses the harbour and the gulls follow the ferry " * 20).strip()
chars = sorted(set(text))
ids = Tensor([chars.index(c) for c in text])


class CharRNN(nn.Cell):
    def __init__(self, n, hidden=24):
        super().__init__()
        self.embed = nn.Embedding(n, 16)
        self.lstm = nn.LSTM(16, hidden, num_layers=2, dropout=0.2, batch_first=True)
        self.out = nn.Dense(hidden, n)

    def construct(self, x, state):
        y, state = self.lstm(self.embed(x), state)
        return self.out(y), state


model = CharRNN(len(chars))
model.set_train()
optimizer = optim.RMSprop(model.trainable_params(), lr=5e-3)
data = ids[: 4 * 300].view(4, 300)


def forward_fn(x, y, state):
    logits, state = model(x, state)
    loss = ops.cross_entropy(logits.reshape(-1, len(chars)), y.reshape(-1))
    return loss, state


grad_fn = ms.value_and_grad(forward_fn, None, optimizer.parameters, has_aux=True)
for epoch in range(2):
    state = (ops.zeros((2, 4, 24)), ops.zeros((2, 4, 24)))
    for i in range(0, 285, 15):
        x, y = data[:, i : i + 15], data[:, i + 1 : i + 16]
        state = tuple(ops.stop_gradient(s) for s in state)
        (loss, state), grads = grad_fn(x, y, state)
        grads = ops.clip_by_global_norm(grads, 1.0)
        optimizer(grads)
    print(f"epoch {epoch} loss {loss.item():.5f}")
