import math

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(11)


class Block(nn.Module):
    def __init__(self, d=16, heads=2):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.q, self.k, self.v, self.proj = (nn.Linear(d, d) for _ in range(4))
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d), nn.Dropout(0.1))
        self.heads = heads
        self.register_buffer("gain", torch.full((1,), 0.5))

    def forward(self, x):
        B, T, C = x.shape
        y = self.ln1(x)
        q, k, v = (f(y).view(B, T, self.heads, C // self.heads).transpose(1, 2) for f in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=0.1 if self.training else 0.0, is_causal=True)
        x = x + self.gain * self.proj(y.transpose(1, 2).reshape(B, T, C))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    def __init__(self, vocab=12, d=16, T=8):
        super().__init__()
        self.tok, self.pos = nn.Embedding(vocab, d), nn.Embedding(T, d)
        self.blocks = nn.ModuleList([Block(d) for _ in range(2)])
        self.ln = nn.LayerNorm(d)
        self.head = nn.Linear(d, vocab, bias=False)
        self.head.weight = self.tok.weight

    def forward(self, x):
        h = F.dropout(self.tok(x) + self.pos(torch.arange(x.shape[1])), 0.1, self.training)
        for block in self.blocks:
            h = block(h)
        return self.head(self.ln(h))


model = GPT()
decay = [p for p in model.parameters() if p.dim() >= 2]
rest = [p for p in model.parameters() if p.dim() < 2]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}], lr=3e-3)
data = torch.randint(0, 12, (400,))
for step in range(30):
    for group in optimizer.param_groups:
        group["lr"] = 3e-3 * min(1.0, (step + 1) / 5) * 0.5 * (1 + math.cos(math.pi * step / 30))
    at = torch.randint(len(data) - 9, (6,))
    x = torch.stack([data[i : i + 8] for i in at])
    y = torch.stack([data[i + 1 : i + 9] for i in at])
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x).view(-1, 12), y.view(-1))
    loss.backward()
    optimizer.step()
print("final loss", loss.item())
