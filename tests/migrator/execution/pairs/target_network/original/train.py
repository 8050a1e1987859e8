import copy
import random

import torch
from torch import nn

random.seed(2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 16)
        self.b = nn.Linear(16, 2)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))


policy, target = Net(), Net()
average = copy.deepcopy(policy)
target.load_state_dict(policy.state_dict())
optimizer = torch.optim.Adam(policy.parameters(), lr=5e-3)
memory = [[random.random() for _ in range(4)] for _ in range(64)]
for step in range(30):
    batch = torch.tensor(random.sample(memory, 16))
    with torch.no_grad():
        wanted = 1.0 + 0.9 * target(batch.flip(1)).max(1)[0]
    loss = nn.functional.smooth_l1_loss(policy(batch).gather(1, torch.zeros(16, 1, dtype=torch.long))[:, 0], wanted)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), policy.parameters()):
            slow.mul_(0.9).add_(fast, alpha=0.1)
    if step % 10 == 9:
        target.load_state_dict(policy.state_dict())
        print(f"step {step} loss {loss.item():.5f} average {average(batch).mean().item():.5f}")
