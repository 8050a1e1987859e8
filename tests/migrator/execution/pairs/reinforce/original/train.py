import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical

np.random.seed(5)
torch.manual_seed(5)


class Corridor:
    def reset(self):
        self.at, self.goal = 5, np.random.choice([0, 10])
        return self.state()

    def state(self):
        return np.array([self.at / 10, self.goal / 10], dtype=np.float32)

    def step(self, action):
        self.at += 1 if action else -1
        return self.state(), float(self.at == self.goal) - 0.05, self.at in (0, 10)


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(2, 16)
        self.affine2 = nn.Linear(16, 2)
        self.saved = []

    def forward(self, x):
        return torch.softmax(self.affine2(torch.relu(self.affine1(x))), dim=1)


env, policy = Corridor(), Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
for episode in range(25):
    state, rewards, log_probs = env.reset(), [], []
    for t in range(30):
        probs = policy(torch.from_numpy(state).unsqueeze(0))
        m = Categorical(probs)
        action = m.sample()
        log_probs.append(m.log_prob(action))
        state, reward, done = env.step(action.item())
        rewards.append(reward)
        if done:
            break
    loss = -(torch.cat(log_probs) * sum(rewards)).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"Episode {episode} length {t + 1} reward: {sum(rewards):.2f}")
