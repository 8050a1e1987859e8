import torch.nn as nn
import torch.nn.functional as F


class WordModel(nn.Module):
    """embedding, recurrent layers of the asked kind, scores over the words"""

    def __init__(self, kind, words, dim, hidden, layers, dropout=0.1, tie=False):
        super(WordModel, self).__init__()
        if tie and dim != hidden:
            raise ValueError('tied weights need dim == hidden')
        self.kind, self.words, self.hidden, self.layers = kind, words, hidden, layers
        self.embed = nn.Embedding(words, dim)
        self.drop = nn.Dropout(dropout)
        if kind == 'RNN':
            self.rnn = nn.RNN(dim, hidden, layers, nonlinearity='tanh', dropout=dropout)
        else:
            self.rnn = getattr(nn, kind)(dim, hidden, layers, dropout=dropout)
        self.score = nn.Linear(hidden, words)
        if tie:
            self.score.weight = self.embed.weight
        self.reset()

    def reset(self, bound=0.1):
        for weight in (self.embed.weight, self.score.weight):
            nn.init.uniform_(weight, -bound, bound)
        nn.init.zeros_(self.score.bias)

    def forward(self, tokens, state):
        out, state = self.rnn(self.drop(self.embed(tokens)), state)
        scores = self.score(self.drop(out))
        return F.log_softmax(scores.view(-1, self.words), dim=1), state

    def start(self, columns):
        some = next(self.parameters())
        zeros = some.new_zeros(self.layers, columns, self.hidden)
        if self.kind == 'LSTM':
            return zeros, zeros.clone()
        return zeros
