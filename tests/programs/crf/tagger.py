"""BiLSTM-CRF tagger for places and times in short sentences; one sentence at a time."""
import random
from typing import List, Tuple

import torch
import torch.nn as nn
import torch.optim as optim

START, STOP = "<start>", "<stop>"
PLACES = ["oslo", "new york", "cape patience", "hull", "port ellen", "delft"]
TIMES = ["noon", "half past six", "dawn", "ten", "a quarter to nine"]
PATTERNS = ["the ferry leaves {p} at {t}", "we meet at {t} in {p}", "from {p} to {p} before {t}",
            "nobody leaves {p} at {t}", "is {p} far", "not before {t}"]


def tagged(rng: random.Random) -> Tuple[List[str], List[str]]:
    words, tags = [], []
    for token in rng.choice(PATTERNS).split():
        if token in ("{p}", "{t}"):
            label = "PLACE" if token == "{p}" else "TIME"
            phrase = rng.choice(PLACES if label == "PLACE" else TIMES).split()
            words += phrase
            tags += ["B-" + label] + ["I-" + label] * (len(phrase) - 1)
        else:
            words.append(token)
            tags.append("O")
    return words, tags


def log_sum_exp(x: torch.Tensor, dim: int) -> torch.Tensor:
    m, _ = x.max(dim=dim, keepdim=True)
    return (m + (x - m).exp().sum(dim=dim, keepdim=True).log()).squeeze(dim)


class CRF(nn.Module):
    def __init__(self, n_tags: int, start: int, stop: int):
        super().__init__()
        self.start, self.stop = start, stop
        # transitions[i, j]: from tag j to tag i
        self.transitions = nn.Parameter(torch.randn(n_tags, n_tags) * 0.1)
        self.transitions.data[start, :] = -10000.0
        self.transitions.data[:, stop] = -10000.0

    def partition(self, emissions):
        alpha = torch.full((1, emissions.size(1)), -10000.0)
        alpha[0][self.start] = 0.0
        for emission in emissions:
            alpha = log_sum_exp(alpha + self.transitions, dim=1) + emission
            alpha = alpha.unsqueeze(0)
        return log_sum_exp(alpha.squeeze(0) + self.transitions[self.stop], dim=0)

    def score(self, emissions, tags):
        path = torch.cat([torch.tensor([self.start], dtype=torch.long), tags])
        total = self.transitions[self.stop, path[-1]]
        for i, emission in enumerate(emissions):
            total = total + self.transitions[path[i + 1], path[i]] + emission[path[i + 1]]
        return total

    def neg_log_likelihood(self, emissions, tags):
        return self.partition(emissions) - self.score(emissions, tags)

    def viterbi(self, emissions):
        best = torch.full((emissions.size(1),), -10000.0)
        best[self.start] = 0.0
        back = []
        for emission in emissions:
            scores = best + self.transitions
            best, pointer = scores.max(dim=1)
            best = best + emission
            back.append(pointer.tolist())
        tag = int((best + self.transitions[self.stop]).argmax())
        path = [tag]
        for pointer in reversed(back):
            tag = pointer[tag]
            path.append(tag)
        path.pop()
        return path[::-1]


class Tagger(nn.Module):
    def __init__(self, n_words, n_tags, start, stop, dim=16, hidden=24):
        super().__init__()
        self.hidden = hidden
        self.embed = nn.Embedding(n_words, dim)
        self.lstm = nn.LSTM(dim, hidden // 2, num_layers=1, bidirectional=True)
        self.emit = nn.Linear(hidden, n_tags)
        self.crf = CRF(n_tags, start, stop)

    def init_hidden(self):
        return torch.zeros(2, 1, self.hidden // 2), torch.zeros(2, 1, self.hidden // 2)

    def emissions(self, sentence):
        embedded = self.embed(sentence).view(len(sentence), 1, -1)
        out, _ = self.lstm(embedded, self.init_hidden())
        return self.emit(out.view(len(sentence), self.hidden))

    def loss(self, sentence, tags):
        return self.crf.neg_log_likelihood(self.emissions(sentence), tags)

    def forward(self, sentence):
        return self.crf.viterbi(self.emissions(sentence))


def main():
    torch.manual_seed(1)
    rng = random.Random(1)
    train = [tagged(rng) for _ in range(60)]
    test = [tagged(rng) for _ in range(20)]
    word_to_ix = {}
    for words, _ in train + test:
        for word in words:
            if word not in word_to_ix:
                word_to_ix[word] = len(word_to_ix)
    tag_to_ix = {t: i for i, t in enumerate(["O", "B-PLACE", "I-PLACE", "B-TIME", "I-TIME", START, STOP])}

    def encode(words):
        return torch.tensor([word_to_ix[w] for w in words], dtype=torch.long)

    model = Tagger(len(word_to_ix), len(tag_to_ix), tag_to_ix[START], tag_to_ix[STOP])
    optimizer = optim.SGD(model.parameters(), lr=0.05, weight_decay=1e-4)
    for epoch in range(3):
        total = 0.0
        for words, tags in train:
            model.zero_grad()
            targets = torch.tensor([tag_to_ix[t] for t in tags], dtype=torch.long)
            loss = model.loss(encode(words), targets)
            loss.backward()
            optimizer.step()
            total += loss.item()
        right = count = 0
        with torch.no_grad():
            for words, tags in test:
                path = model(encode(words))
                right += sum(tag_to_ix[t] == p for t, p in zip(tags, path))
                count += len(tags)
        print(f"epoch {epoch + 1} loss {total / len(train):.4f} tag accuracy {right / count:.4f}")


if __name__ == "__main__":
    main()
