from typing import List, Optional

import torch
from torch import nn, Tensor


class ChainField(nn.Module):
    """A chain of tags over padded sentences, (sentence, word, tag)."""

    def __init__(self, n_tags: int) -> None:
        super().__init__()
        self.n_tags = n_tags
        self.first = nn.Parameter(torch.empty(n_tags))
        self.last = nn.Parameter(torch.empty(n_tags))
        self.move = nn.Parameter(torch.empty(n_tags, n_tags))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        for p in self.parameters():
            nn.init.uniform_(p, -0.1, 0.1)

    def extra_repr(self) -> str:
        return f'n_tags={self.n_tags}'

    def forward(self, emissions: Tensor, tags: torch.LongTensor, mask: Optional[torch.BoolTensor] = None) -> Tensor:
        """Mean log-likelihood of the tags."""
        if mask is None:
            mask = torch.ones_like(tags, dtype=torch.bool)
        assert emissions.dim() == 3 and emissions.shape[:2] == tags.shape
        return (self.path_score(emissions, tags, mask) - self.all_paths(emissions, mask)).mean()

    def path_score(self, emissions, tags, mask):
        n, length = tags.shape
        rows = torch.arange(n)
        here = mask.type_as(emissions)
        score = self.first[tags[:, 0]] + emissions[rows, 0, tags[:, 0]]
        for t in range(1, length):
            score = score + (self.move[tags[:, t - 1], tags[:, t]] + emissions[rows, t, tags[:, t]]) * here[:, t]
        ends = mask.long().sum(dim=1) - 1
        return score + self.last[tags[rows, ends]]

    def all_paths(self, emissions, mask):
        score = self.first + emissions[:, 0]
        for t in range(1, emissions.size(1)):
            longer = torch.logsumexp(score.unsqueeze(2) + self.move + emissions[:, t].unsqueeze(1), dim=1)
            score = torch.where(mask[:, t].unsqueeze(1), longer, score)
        score += self.last
        return torch.logsumexp(score, dim=1)

    @torch.no_grad()
    def best(self, emissions: Tensor, mask) -> List[List[int]]:
        emissions, mask = emissions.transpose(0, 1), mask.transpose(0, 1)
        length, n = mask.shape
        score = self.first + emissions[0]
        pointers = []
        for t in range(1, length):
            value, pointer = (score.unsqueeze(2) + self.move + emissions[t].unsqueeze(1)).max(dim=1)
            score = torch.where(mask[t].unsqueeze(1), value, score)
            pointers.append(pointer)
        score += self.last
        ends = mask.long().sum(dim=0) - 1
        paths = []
        for i in range(n):
            path = [score[i].argmax().item()]
            for pointer in reversed(pointers[:ends[i]]):
                path.append(pointer[i][path[-1]].item())
            paths.append(path[::-1])
        return paths
