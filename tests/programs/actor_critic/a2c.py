from collections import namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical

from cartpole import CartPole

GAMMA = 0.99
EPISODES = 25
eps = np.finfo(np.float32).eps.item()

env = CartPole(seed=543)
torch.manual_seed(543)

Step = namedtuple('Step', ['log_prob', 'value', 'entropy'])


class ActorCritic(nn.Module):
    """one trunk, an actor head and a critic head"""

    def __init__(self):
        super(ActorCritic, self).__init__()
        self.trunk = nn.Linear(4, 64)
        self.actor = nn.Linear(64, 2)
        self.critic = nn.Linear(64, 1)
        # what the agent remembers of the running episode
        self.steps = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.trunk(x))
        return F.softmax(self.actor(x), dim=-1), self.critic(x)

    def act(self, state):
        state = torch.from_numpy(state).float()
        probs, value = self(state)
        m = Categorical(probs)
        action = m.sample()
        self.steps.append(Step(m.log_prob(action), value, m.entropy()))
        return action.item()


agent = ActorCritic()
optimizer = optim.Adam(agent.parameters(), lr=1e-2)


def learn():
    """Actor and critic loss over the whole episode, one backward pass."""
    R = 0
    returns = []
    for r in agent.rewards[::-1]:
        R = r + GAMMA * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + eps)

    policy_losses = []
    value_losses = []
    for (log_prob, value, entropy), R in zip(agent.steps, returns):
        advantage = R - value.item()
        policy_losses.append(-log_prob * advantage - 0.001 * entropy)
        value_losses.append(F.smooth_l1_loss(value, torch.tensor([R])))

    optimizer.zero_grad()
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
    loss.backward()
    optimizer.step()

    del agent.rewards[:]
    del agent.steps[:]
    return loss.item()


def main():
    average = 10
    for episode in range(1, EPISODES + 1):
        state = env.reset()
        total = 0
        while True:
            action = agent.act(state)
            state, reward, done = env.step(action)
            agent.rewards.append(reward)
            total += reward
            if done:
                break
        average = 0.05 * total + 0.95 * average
        loss = learn()
        if episode % 5 == 0:
            print('episode {}\tlast reward {:.2f}\taverage reward {:.2f}\tloss {:.4f}'.format(
                episode, total, average, loss))


if __name__ == '__main__':
    main()
