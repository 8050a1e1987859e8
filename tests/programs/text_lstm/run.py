import logging
import random
from typing import List, Tuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

import corpus
from vocab import Vocab

logging.basicConfig(level=logging.INFO, format="%(message)s")
log = logging.getLogger(__name__)

EPOCHS = 4
BATCH = 32
SEED = 13


class Reviews(Dataset):
    def __init__(self, samples: List[Tuple[List[str], int]], vocab: Vocab):
        self.samples = samples
        self.vocab = vocab

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, idx: int) -> Tuple[List[int], int]:
        tokens, label = self.samples[idx]
        return self.vocab.encode(tokens), label


def collate(batch):
    # longest first, as pack_padded_sequence likes it
    batch = sorted(batch, key=lambda item: len(item[0]), reverse=True)
    lengths = torch.tensor([len(tokens) for tokens, _ in batch])
    tokens = pad_sequence([torch.tensor(tokens) for tokens, _ in batch], batch_first=True, padding_value=0)
    labels = torch.tensor([label for _, label in batch], dtype=torch.float)
    return tokens, lengths, labels


class Classifier(nn.Module):
    def __init__(self, vocab_size: int, embed_dim: int = 24, hidden: int = 32, layers: int = 1, dropout: float = 0.2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim, padding_idx=0)
        self.lstm = nn.LSTM(embed_dim, hidden, num_layers=layers, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2 * hidden, 1)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        embedded = self.dropout(self.embedding(tokens))
        packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True)
        packed_out, (hidden, cell) = self.lstm(packed)
        out, _ = pad_packed_sequence(packed_out, batch_first=True)
        # last hidden state of both directions
        hidden = torch.cat((hidden[-2], hidden[-1]), dim=1)
        return self.fc(self.dropout(hidden)).squeeze(1)


def accuracy(logits: Tensor, labels: Tensor) -> float:
    return ((logits > 0).float() == labels).float().mean().item()


def run_epoch(model, loader, criterion, optimizer=None) -> Tuple[float, float]:
    training = optimizer is not None
    model.train(training)
    total_loss, total_acc = 0.0, 0.0
    for tokens, lengths, labels in loader:
        if training:
            optimizer.zero_grad()
            logits = model(tokens, lengths)
            loss = criterion(logits, labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
            optimizer.step()
        else:
            with torch.no_grad():
                logits = model(tokens, lengths)
                loss = criterion(logits, labels)
        total_loss += loss.item()
        total_acc += accuracy(logits, labels)
    return total_loss / len(loader), total_acc / len(loader)


def main() -> None:
    random.seed(SEED)
    torch.manual_seed(SEED)

    train_samples = corpus.make(640, seed=1)
    test_samples = corpus.make(160, seed=2)
    vocab = Vocab(tokens for tokens, _ in train_samples)
    train_loader = DataLoader(Reviews(train_samples, vocab), batch_size=BATCH, shuffle=True, collate_fn=collate)
    test_loader = DataLoader(Reviews(test_samples, vocab), batch_size=BATCH, collate_fn=collate)

    model = Classifier(len(vocab))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.BCEWithLogitsLoss()

    for epoch in range(EPOCHS):
        train_loss, train_acc = run_epoch(model, train_loader, criterion, optimizer)
        test_loss, test_acc = run_epoch(model, test_loader, criterion)
        log.info(
            "epoch %d | train loss %.4f acc %.3f | test loss %.4f acc %.3f",
            epoch + 1, train_loss, train_acc, test_loss, test_acc,
        )


if __name__ == "__main__":
    main()
