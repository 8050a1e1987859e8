import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
text = ("the ferry crosses the harbour and the gulls follow the ferry " * 20).strip()
chars = sorted(set(text))
ids = torch.tensor([chars.index(c) for c in text])


class CharRNN(nn.Module):
    def __init__(self, n, hidden=24):
        super().__init__()
        self.embed = nn.Embedding(n, 16)
        self.lstm = nn.LSTM(16, hidden, num_layers=2, dropout=0.2, batch_first=True)
        self.out = nn.Linear(hidden, n)

    def forward(self, x, state):
        y, state = self.lstm(self.embed(x), state)
        return self.out(y), state


model = CharRNN(len(chars))
optimizer = torch.optim.RMSprop(model.parameters(), lr=5e-3)
data = ids[: 4 * 300].view(4, 300)
for epoch in range(2):
    state = (torch.zeros(2, 4, 24), torch.zeros(2, 4, 24))
    for i in range(0, 285, 15):
        x, y = data[:, i : i + 15], data[:, i + 1 : i + 16]
        state = tuple(s.detach() for s in state)
        optimizer.zero_grad()
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.reshape(-1, len(chars)), y.reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.5f}")
