import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .crf import ChainField


class CharCNN(nn.Module):
    def __init__(self, n_chars, dim, out, kernel=3):
        super().__init__()
        self.embed = nn.Embedding(n_chars, dim, padding_idx=0)
        self.conv = nn.Conv1d(dim, out, kernel, padding=kernel // 2)

    def forward(self, chars):
        b, t, c = chars.shape
        x = self.embed(chars.view(b * t, c)).permute(0, 2, 1)
        return torch.relu(self.conv(x)).max(dim=-1)[0].view(b, t, -1)


class Tagger(nn.Module):
    def __init__(self, config, n_words, n_chars, n_tags):
        super().__init__()
        self.word_embed = nn.Embedding(n_words, config.embedding_dim, padding_idx=0)
        self.char_cnn = CharCNN(n_chars, config.char_dim, config.char_dim * 2)
        self.drop = nn.Dropout(config.dropout)
        self.lstm = nn.LSTM(config.embedding_dim + config.char_dim * 2, config.hidden_dim // 2, num_layers=1,
                            batch_first=True, bidirectional=True)
        self.fc = nn.Linear(config.hidden_dim, n_tags)
        self.chain = ChainField(n_tags)
        for name, p in self.lstm.named_parameters():
            if "bias" in name:
                nn.init.zeros_(p)
                # forget gate
                p.data[config.hidden_dim // 2: config.hidden_dim].fill_(1.0)
            elif "weight_hh" in name:
                nn.init.orthogonal_(p)
            else:
                nn.init.xavier_uniform_(p)

    def emissions(self, words, chars, lengths):
        x = torch.cat([self.word_embed(words), self.char_cnn(chars)], dim=-1)
        packed = pack_padded_sequence(self.drop(x), lengths.cpu(), batch_first=True, enforce_sorted=True)
        out, (h, c) = self.lstm(packed)
        out, _ = pad_packed_sequence(out, batch_first=True)
        return self.fc(self.drop(out))

    def forward(self, words, chars, tags, mask, lengths):
        return -self.chain(self.emissions(words, chars, lengths), tags, mask)

    def predict(self, words, chars, mask, lengths):
        return self.chain.best(self.emissions(words, chars, lengths), mask)
