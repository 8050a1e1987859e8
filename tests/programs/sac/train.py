import argparse
import copy
import random
from collections import deque

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal

LOG_STD_MIN, LOG_STD_MAX, EPS = -20, 2, 1e-6


class Pendulum:
    def __init__(self, seed):
        self.rng = np.random.RandomState(seed)

    def reset(self):
        self.th, self.thdot, self.t = self.rng.uniform(-np.pi, np.pi), self.rng.uniform(-1, 1), 0
        return self.obs()

    def obs(self):
        return np.array([np.cos(self.th), np.sin(self.th), self.thdot], dtype=np.float32)

    def step(self, a):
        u = float(np.clip(a[0] * 2, -2, 2))
        th = ((self.th + np.pi) % (2 * np.pi)) - np.pi
        cost = th ** 2 + .1 * self.thdot ** 2 + .001 * u ** 2
        self.thdot = np.clip(self.thdot + (15 * np.sin(self.th) + 3 * u) * .05, -8, 8)
        self.th = self.th + self.thdot * .05
        self.t += 1
        return self.obs(), -cost, self.t >= 40, {}


class ReplayBuffer:
    def __init__(self, size):
        self.buffer = deque(maxlen=size)

    def push(self, *item):
        self.buffer.append(item)

    def sample(self, n):
        s, a, r, s2, d = map(np.stack, zip(*random.sample(self.buffer, n)))
        return s, a, r, s2, d

    def __len__(self):
        return len(self.buffer)


def weights_init_(m):
    if isinstance(m, nn.Linear):
        torch.nn.init.xavier_uniform_(m.weight, gain=1)
        torch.nn.init.constant_(m.bias, 0)


class QNetwork(nn.Module):
    def __init__(self, s, a, h):
        super().__init__()
        self.linear1 = nn.Linear(s + a, h)
        self.linear2 = nn.Linear(h, 1)
        self.linear3 = nn.Linear(s + a, h)
        self.linear4 = nn.Linear(h, 1)
        self.apply(weights_init_)

    def forward(self, state, action):
        xu = torch.cat([state, action], 1)
        return self.linear2(F.relu(self.linear1(xu))), self.linear4(F.relu(self.linear3(xu)))


class GaussianPolicy(nn.Module):
    def __init__(self, s, a, h):
        super().__init__()
        self.linear = nn.Linear(s, h)
        self.mean_linear = nn.Linear(h, a)
        self.log_std_linear = nn.Linear(h, a)
        self.apply(weights_init_)
        self.action_scale = torch.tensor(1.)
        self.action_bias = torch.tensor(0.)

    def forward(self, state):
        x = F.relu(self.linear(state))
        return self.mean_linear(x), torch.clamp(self.log_std_linear(x), min=LOG_STD_MIN, max=LOG_STD_MAX)

    def sample(self, state):
        mean, log_std = self.forward(state)
        std = log_std.exp()
        normal = Normal(mean, std)
        x_t = normal.rsample()
        y_t = torch.tanh(x_t)
        action = y_t * self.action_scale + self.action_bias
        log_prob = normal.log_prob(x_t)
        log_prob -= torch.log(self.action_scale * (1 - y_t.pow(2)) + EPS)
        log_prob = log_prob.sum(1, keepdim=True)
        mean = torch.tanh(mean) * self.action_scale + self.action_bias
        return action, log_prob, mean


class SAC(object):
    def __init__(self, s, a, args):
        self.gamma, self.tau = args.gamma, args.tau
        self.device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
        self.critic = QNetwork(s, a, args.hidden).to(device=self.device)
        self.critic_optim = torch.optim.Adam(self.critic.parameters(), lr=args.lr)
        self.critic_target = copy.deepcopy(self.critic)
        self.target_entropy = -torch.prod(torch.Tensor([a]).to(self.device)).item()
        self.log_alpha = torch.zeros(1, requires_grad=True, device=self.device)
        self.alpha = 1.0
        self.alpha_optim = torch.optim.Adam([self.log_alpha], lr=args.lr)
        self.policy = GaussianPolicy(s, a, args.hidden).to(self.device)
        self.policy_optim = torch.optim.Adam(self.policy.parameters(), lr=args.lr)

    def select_action(self, state, evaluate=False):
        state = torch.FloatTensor(state).to(self.device).unsqueeze(0)
        if evaluate is False:
            action, _, _ = self.policy.sample(state)
        else:
            _, _, action = self.policy.sample(state)
        return action.detach().cpu().numpy()[0]

    def update(self, memory, batch_size):
        s, a, r, s2, m = memory.sample(batch_size)
        s, a, s2 = (torch.FloatTensor(v).to(self.device) for v in (s, a, s2))
        r, m = (torch.FloatTensor(v).to(self.device).unsqueeze(1) for v in (r, m))
        with torch.no_grad():
            a2, logp2, _ = self.policy.sample(s2)
            q1, q2 = self.critic_target(s2, a2)
            target = r + m * self.gamma * (torch.min(q1, q2) - self.alpha * logp2)
        q1, q2 = self.critic(s, a)
        q_loss = F.mse_loss(q1, target) + F.mse_loss(q2, target)
        self.critic_optim.zero_grad()
        q_loss.backward()
        self.critic_optim.step()

        pi, logp, _ = self.policy.sample(s)
        q1, q2 = self.critic(s, pi)
        p_loss = ((self.alpha * logp) - torch.min(q1, q2)).mean()
        self.policy_optim.zero_grad()
        p_loss.backward()
        self.policy_optim.step()

        alpha_loss = -(self.log_alpha * (logp + self.target_entropy).detach()).mean()
        self.alpha_optim.zero_grad()
        alpha_loss.backward()
        self.alpha_optim.step()
        self.alpha = self.log_alpha.exp().item()
        for tp, p in zip(self.critic_target.parameters(), self.critic.parameters()):
            tp.data.copy_(tp.data * (1.0 - self.tau) + p.data * self.tau)
        return q_loss.item(), p_loss.item(), alpha_loss.item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--gamma', type=float, default=0.99)
    parser.add_argument('--tau', type=float, default=0.005)
    parser.add_argument('--lr', type=float, default=3e-3)
    parser.add_argument('--hidden', type=int, default=32)
    parser.add_argument('--batch_size', type=int, default=32)
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed); np.random.seed(args.seed); random.seed(args.seed)
    env = Pendulum(args.seed)
    agent = SAC(3, 1, args)
    memory = ReplayBuffer(1000)
    for ep in range(2):
        s, done, total = env.reset(), False, 0
        while not done:
            a = agent.select_action(s)
            if len(memory) > args.batch_size:
                q, p, al = agent.update(memory, args.batch_size)
            s2, r, done, _ = env.step(a)
            total += r
            memory.push(s, a, r, s2, float(not done))
            s = s2
        print('Episode: {}, reward: {:.2f}'.format(ep, total))


if __name__ == '__main__':
    main()
