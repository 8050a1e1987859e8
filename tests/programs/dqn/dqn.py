import random
from collections import deque, namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

BUFFER_SIZE = 2000      # replay buffer size
BATCH_SIZE = 32
GAMMA = 0.9             # discount factor
TAU = 0.05              # for soft update of target parameters
LR = 5e-3
UPDATE_EVERY = 4

device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")


class Corridor():
    """A dark corridor of N cells with the treasure at the right end and a draught that blows to the left."""

    def __init__(self, n=8, draught=0.1, seed=0):
        self.n, self.draught = n, draught
        self.random = np.random.RandomState(seed)

    def observe(self):
        state = np.zeros(self.n)
        state[self.cell] = 1
        return state

    def reset(self):
        self.cell, self.t = 0, 0
        return self.observe()

    def step(self, action):
        move = 1 if action == 1 else -1
        if self.random.rand() < self.draught:
            move = -1
        self.cell = min(max(self.cell + move, 0), self.n - 1)
        self.t += 1
        found = self.cell == self.n - 1
        return self.observe(), (1.0 if found else -0.01), found or self.t >= 40


class Duelling(nn.Module):
    """value of the state plus what each action adds to it"""

    def __init__(self, n_states, n_actions, width=32):
        super(Duelling, self).__init__()
        self.trunk = nn.Linear(n_states, width)
        self.value = nn.Linear(width, 1)
        self.advantage = nn.Linear(width, n_actions)

    def forward(self, state):
        h = F.relu(self.trunk(state))
        extra = self.advantage(h)
        return self.value(h) + extra - extra.mean(dim=1, keepdim=True)


Transition = namedtuple("Transition", "state action reward following done")


class Memory:
    def __init__(self, size):
        self.kept = deque(maxlen=size)

    def __len__(self):
        return len(self.kept)

    def draw(self, n):
        batch = Transition(*zip(*random.sample(self.kept, n)))
        states = torch.from_numpy(np.stack(batch.state)).float().to(device)
        actions = torch.tensor(batch.action, device=device).unsqueeze(1)
        rewards = torch.tensor(batch.reward, dtype=torch.float32, device=device)
        following = torch.from_numpy(np.stack(batch.following)).float().to(device)
        going_on = 1 - torch.tensor(batch.done, dtype=torch.float32, device=device)
        return states, actions, rewards, following, going_on


class Agent():
    def __init__(self, n_states, n_actions, seed):
        random.seed(seed)
        torch.manual_seed(seed)
        self.n_actions = n_actions
        self.online = Duelling(n_states, n_actions).to(device)
        self.target = Duelling(n_states, n_actions).to(device)
        self.target.load_state_dict(self.online.state_dict())
        self.optimizer = optim.Adam(self.online.parameters(), lr=LR)
        self.memory = Memory(BUFFER_SIZE)
        self.losses = []

    def act(self, state, epsilon=0.):
        if random.random() < epsilon:
            return random.randrange(self.n_actions)
        self.online.eval()
        with torch.no_grad():
            values = self.online(torch.from_numpy(state).float().unsqueeze(0).to(device))
        self.online.train()
        return int(np.argmax(values.cpu().data.numpy()))

    def learn(self):
        states, actions, rewards, following, going_on = self.memory.draw(BATCH_SIZE)
        # double Q: the online net chooses, the target net judges
        best = self.online(following).detach().max(1)[1].unsqueeze(1)
        future = self.target(following).gather(1, best).squeeze(1)
        wanted = rewards + GAMMA * future * going_on
        got = self.online(states).gather(1, actions).squeeze(1)

        loss = F.smooth_l1_loss(got, wanted.detach())
        self.optimizer.zero_grad()
        loss.backward()
        for p in self.online.parameters():
            p.grad.data.clamp_(-1, 1)
        self.optimizer.step()
        self.losses.append(loss.item())

        # the target follows slowly
        for slow, fast in zip(self.target.parameters(), self.online.parameters()):
            slow.data.copy_(TAU * fast.data + (1.0 - TAU) * slow.data)


def play(agent, env, episodes=24, epsilon=1.0, floor=0.05, decay=0.85):
    scores = deque(maxlen=8)
    ticks = 0
    for episode in range(1, episodes + 1):
        state, done, score = env.reset(), False, 0
        while not done:
            action = agent.act(state, epsilon)
            following, reward, done = env.step(action)
            agent.memory.kept.append(Transition(state, action, reward, following, done))
            state = following
            score += reward
            ticks += 1
            if ticks % UPDATE_EVERY == 0 and len(agent.memory) > BATCH_SIZE:
                agent.learn()
        scores.append(score)
        epsilon = max(floor, decay * epsilon)
        if episode % 4 == 0:
            print('episode {}\taverage score {:.3f}\tloss {:.5f}'.format(
                episode, np.mean(scores), np.mean(agent.losses[-20:])))
    torch.save(agent.online.state_dict(), 'online.pth')


if __name__ == '__main__':
    np.random.seed(3)
    play(Agent(n_states=8, n_actions=2, seed=3), Corridor(seed=3))
