"""nn.Transformer learns to sort a sequence of numbers: masks, teacher forcing, a warm-up schedule, greedy decoding."""
import math

import torch
from torch import Tensor, nn

BOS, EOS, PAD = 1, 2, 0
FIRST = 3
VOCAB = 15


class Positions(nn.Module):
    """adds sines and cosines of the position"""

    def __init__(self, width: int, dropout: float = 0.1, longest: int = 64):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        rates = 10000.0 ** (-torch.arange(0, width, 2) / width)
        angles = torch.arange(longest).unsqueeze(1) * rates
        table = torch.zeros(1, longest, width)
        table[0, :, 0::2] = angles.sin()
        table[0, :, 1::2] = torch.cos(angles)
        self.register_buffer("table", table, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x + self.table[:, : x.size(1)])


class Sorter(nn.Module):
    def __init__(self, vocab: int, d_model: int = 32, nhead: int = 4, layers: int = 2, ff: int = 64):
        super().__init__()
        self.d_model = d_model
        self.src_embed = nn.Embedding(vocab, d_model, padding_idx=PAD)
        self.tgt_embed = nn.Embedding(vocab, d_model, padding_idx=PAD)
        self.position = Positions(d_model)
        self.transformer = nn.Transformer(
            d_model, nhead, num_encoder_layers=layers, num_decoder_layers=layers, dim_feedforward=ff,
            dropout=0.1, batch_first=True,
        )
        self.generator = nn.Linear(d_model, vocab)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        causal = nn.Transformer.generate_square_subsequent_mask(tgt.size(1)).to(src.device)
        out = self.transformer(
            self.position(self.src_embed(src) * math.sqrt(self.d_model)),
            self.position(self.tgt_embed(tgt) * math.sqrt(self.d_model)),
            tgt_mask=causal,
            src_key_padding_mask=src == PAD,
            tgt_key_padding_mask=tgt == PAD,
            memory_key_padding_mask=src == PAD,
        )
        return self.generator(out)


def batch(n: int, low: int = 3, high: int = 7):
    lengths = torch.randint(low, high + 1, (n,))
    src = torch.full((n, high), PAD)
    tgt = torch.full((n, high + 2), PAD)
    for row, length in enumerate(lengths.tolist()):
        numbers = torch.randint(FIRST, VOCAB, (length,))
        src[row, :length] = numbers
        tgt[row, 0] = BOS
        tgt[row, 1 : length + 1] = numbers.sort()[0]
        tgt[row, length + 1] = EOS
    return src, tgt


class Warmup:
    """An optimizer whose rate rises linearly and then falls with the root of the step."""

    def __init__(self, optimizer, width, factor, warmup):
        self.optimizer, self.width, self.factor, self.warmup = optimizer, width, factor, warmup
        self.count = 0

    def rate(self):
        return self.factor * self.width ** -0.5 * min(self.count ** -0.5, self.count * self.warmup ** -1.5)

    def step(self):
        self.count += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.optimizer.step()

    def zero_grad(self):
        self.optimizer.zero_grad()


@torch.no_grad()
def greedy(model: nn.Module, src: Tensor, max_len: int = 9) -> Tensor:
    model.eval()
    ys = torch.ones(src.size(0), 1, dtype=torch.long).fill_(BOS)
    for _ in range(max_len - 1):
        prob = model(src, ys)[:, -1]
        ys = torch.cat([ys, prob.argmax(dim=-1, keepdim=True)], dim=1)
    model.train()
    return ys


def main() -> None:
    torch.manual_seed(0)
    model = Sorter(VOCAB)
    criterion = nn.CrossEntropyLoss(ignore_index=PAD, reduction="sum")
    opt = Warmup(torch.optim.Adam(model.parameters(), lr=0, betas=(0.9, 0.98), eps=1e-9), 32, 0.5, 40)
    for step in range(1, 101):
        src, tgt = batch(48)
        logits = model(src, tgt[:, :-1])
        gold = tgt[:, 1:]
        ntokens = (gold != PAD).sum()
        loss = criterion(logits.reshape(-1, VOCAB), gold.reshape(-1)) / ntokens
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 20 == 0:
            print(f"step {step} loss {loss.item():.4f} rate {opt.rate():.5f}")

    src, tgt = batch(4)
    out = greedy(model, src)
    right = (out == tgt[:, : out.size(1)])[tgt[:, : out.size(1)] != PAD].float().mean()
    print(f"greedy decoding: {right.item():.3f} of the symbols right")


if __name__ == "__main__":
    main()
