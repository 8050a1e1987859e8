import torch
import torch.nn as nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, vocab, hidden, dropout=0.1):
        super(Encoder, self).__init__()
        self.embed = nn.Embedding(vocab, hidden)
        self.dropout = nn.Dropout(dropout)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True)

    def forward(self, tokens):
        states, last = self.rnn(self.dropout(self.embed(tokens)))
        return states, last


class AdditiveAttention(nn.Module):
    """score(q, k) = v . tanh(W q + U k)"""

    def __init__(self, hidden):
        super(AdditiveAttention, self).__init__()
        self.W = nn.Linear(hidden, hidden, bias=False)
        self.U = nn.Linear(hidden, hidden, bias=False)
        self.v = nn.Parameter(torch.rand(hidden) * 0.2 - 0.1)

    def forward(self, query, keys, mask=None):
        # query (B, H), keys (B, T, H)
        energy = torch.tanh(self.W(query).unsqueeze(1) + self.U(keys))
        scores = (energy * self.v).sum(-1)
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=-1)
        return torch.bmm(weights.unsqueeze(1), keys).squeeze(1), weights


class Decoder(nn.Module):
    def __init__(self, vocab, hidden, dropout=0.1):
        super(Decoder, self).__init__()
        self.embed = nn.Embedding(vocab, hidden)
        self.attention = AdditiveAttention(hidden)
        self.cell = nn.GRUCell(2 * hidden, hidden)
        self.out = nn.Linear(2 * hidden, vocab)
        self.dropout = nn.Dropout(dropout)

    def forward(self, token, state, keys, mask):
        embedded = self.dropout(self.embed(token))
        context, weights = self.attention(state, keys, mask)
        state = self.cell(torch.cat((embedded, context), dim=1), state)
        logits = self.out(torch.cat((state, context), dim=1))
        return logits, state, weights
