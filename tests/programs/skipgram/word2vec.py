'''Skip-gram with negative sampling over a stream of sentences (IterableDataset).'''
import collections
import itertools
import random

import numpy as np
import torch
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset

WINDOW = 2
NEGATIVE = 4
DIM = 16

SUBJECTS = 'cat dog cow horse'.split(), 'king queen prince princess'.split(), 'ferry boat ship tug'.split()
VERBS = 'eats chases sees'.split(), 'rules greets visits'.split(), 'crosses enters leaves'.split()
OBJECTS = 'grass milk fish hay'.split(), 'castle throne crown court'.split(), 'harbour river strait bay'.split()


def sentences(seed):
	# tabs here, as the first author liked them
	rng = random.Random(seed)
	while True:
		topic = rng.randrange(3)
		yield [rng.choice(SUBJECTS[topic]), rng.choice(VERBS[topic]), rng.choice(OBJECTS[topic])]


class Pairs(IterableDataset):

	def __init__(self, n_sentences, seed=0):
		super().__init__()
		self.n_sentences = n_sentences
		self.seed = seed
		counts = collections.Counter(itertools.chain.from_iterable(itertools.islice(sentences(seed), 500)))
		self.words = [w for w, _ in sorted(counts.items())]
		self.index = {w: i for i, w in enumerate(self.words)}
		p = np.array([counts[w] for w in self.words]) ** 0.75
		self.noise = p / p.sum()

	def __iter__(self):
		for sentence in itertools.islice(sentences(self.seed), self.n_sentences):
			ids = [self.index[w] for w in sentence]
			for i, centre in enumerate(ids):
				for j in range(max(0, i - WINDOW), min(len(ids), i + WINDOW + 1)):
					if i != j:
						yield centre, ids[j], np.random.choice(len(self.words), NEGATIVE, p=self.noise)


class SkipGram(nn.Module):

	def __init__(self, vocab, dim):
		super().__init__()
		self.u = nn.Embedding(vocab, dim)
		self.v = nn.Embedding(vocab, dim)
		self.u.weight.data.uniform_(-0.5 / dim, 0.5 / dim)
		self.v.weight.data.zero_()

	def forward(self, centre, context, negative):
		u = self.u(centre)
		positive = torch.sum(u * self.v(context), dim=1)
		noise = torch.bmm(self.v(negative), u.unsqueeze(2)).squeeze(2)
		return -(F.logsigmoid(positive) + F.logsigmoid(-noise).sum(1)).mean()


def nearest(model, data, word, k=3):
	e = F.normalize(model.u.weight.detach(), dim=1)
	scores = e @ e[data.index[word]]
	_, order = scores.sort(descending=True)
	return [data.words[i] for i in order[1:k + 1].tolist()]


def main():
	np.random.seed(5)
	torch.manual_seed(5)
	data = Pairs(600)
	loader = DataLoader(data, batch_size=64)
	model = SkipGram(len(data.words), DIM)
	optimizer = optim.Adagrad(model.parameters(), lr=0.3)
	total_steps = 0
	for epoch in range(3):
		total, batches = 0., 0
		for centre, context, negative in loader:
			loss = model(centre, context, negative)
			optimizer.zero_grad()
			loss.backward()
			optimizer.step()
			total += loss.item()
			batches += 1
			total_steps += 1
			# linear decay written by hand
			for group in optimizer.param_groups:
				group['lr'] = 0.3 * max(0.1, 1 - total_steps / 200)
		print('epoch', epoch, 'loss', round(total / batches, 4))
	for word in ('cat', 'queen', 'ferry'):
		print(word, '->', ', '.join(nearest(model, data, word)))


if __name__ == '__main__':
	main()
