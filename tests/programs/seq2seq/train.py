# -*- coding: utf-8 -*-
# Learns to rewrite dates: "3 mar 1994" -> "940303"
import math
import random
import time

import numpy as np
import torch
import torch.nn as nn
from torch import optim
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from model import Decoder, Encoder

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

PAD, SOS, EOS = 0, 1, 2
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
IN_LENGTH, OUT_LENGTH = 12, 7


class Alphabet:
    def __init__(self):
        self.index = {"<pad>": PAD, "<s>": SOS, "</s>": EOS}

    def ids(self, text, length):
        out = np.full(length, PAD, dtype=np.int64)
        for i, symbol in enumerate(text):
            out[i] = self.index.setdefault(symbol, len(self.index))
        out[len(text)] = EOS
        return out

    def text(self, ids):
        reverse = {i: s for s, i in self.index.items()}
        return "".join(reverse[i] for i in ids)


def make_dates(n):
    for _ in range(n):
        day, month, year = random.randint(1, 28), random.randint(0, 11), random.randint(1900, 2029)
        yield "%d %s %d" % (day, MONTHS[month], year), "%02d%02d%02d" % (year % 100, month + 1, day)


def load(n, batch_size):
    source, target = Alphabet(), Alphabet()
    pairs = list(make_dates(n))
    X = np.stack([source.ids(a, IN_LENGTH) for a, _ in pairs])
    Y = np.stack([target.ids(b, OUT_LENGTH) for _, b in pairs])
    data = TensorDataset(torch.LongTensor(X).to(device), torch.LongTensor(Y).to(device))
    return source, target, pairs, DataLoader(data, sampler=RandomSampler(data), batch_size=batch_size)


def decode_loss(encoder, decoder, criterion, x, y, teacher_forcing):
    """Mean loss of a whole target sequence; one coin is thrown per batch for teacher forcing."""
    keys, last = encoder(x)
    mask = x != PAD
    state = last[0]
    token = torch.full((x.size(0),), SOS, dtype=torch.long, device=device)
    forced = random.random() < teacher_forcing
    loss = 0
    for t in range(y.size(1)):
        logits, state, _ = decoder(token, state, keys, mask)
        loss += criterion(logits, y[:, t])
        if forced:
            token = y[:, t]
        else:
            token = logits.topk(1)[1].squeeze(1).detach()
    return loss / y.size(1)


def train_epoch(loader, encoder, decoder, encoder_optimizer, decoder_optimizer, criterion, teacher_forcing):
    encoder.train()
    decoder.train()
    total = 0
    for x, y in loader:
        encoder_optimizer.zero_grad()
        decoder_optimizer.zero_grad()
        loss = decode_loss(encoder, decoder, criterion, x, y, teacher_forcing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        encoder_optimizer.step()
        decoder_optimizer.step()
        total += loss.item()
    return total / len(loader)


@torch.no_grad()
def translate(encoder, decoder, text, source, target):
    encoder.eval()
    decoder.eval()
    x = torch.from_numpy(source.ids(text, IN_LENGTH)).unsqueeze(0).to(device)
    keys, last = encoder(x)
    state, token, ids = last[0], torch.tensor([SOS], device=device), []
    while len(ids) < OUT_LENGTH:
        logits, state, _ = decoder(token, state, keys, x != PAD)
        token = logits.argmax(-1)
        if token.item() == EOS:
            break
        ids.append(token.item())
    return target.text(ids)


random.seed(4)
torch.manual_seed(4)

source, target, pairs, loader = load(512, batch_size=32)
encoder = Encoder(len(source.index), 48).to(device)
decoder = Decoder(len(target.index), 48).to(device)
encoder_optimizer = optim.Adam(encoder.parameters(), lr=5e-3)
decoder_optimizer = optim.Adam(decoder.parameters(), lr=5e-3)
criterion = nn.CrossEntropyLoss(ignore_index=PAD)

start = time.time()
for epoch in range(1, 5):
    loss = train_epoch(loader, encoder, decoder, encoder_optimizer, decoder_optimizer, criterion, 0.7)
    print('epoch %d loss %.4f perplexity %.3f (%.1f s)' % (epoch, loss, math.exp(loss), time.time() - start))

for question, answer in pairs[:3]:
    print('%-12s want %s got %s' % (question, answer, translate(encoder, decoder, question, source, target)))
