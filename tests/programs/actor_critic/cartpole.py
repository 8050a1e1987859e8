"""The pole on the cart, after Barto, Sutton and Anderson (1983)."""
import math

import numpy as np


class CartPole:
    gravity, cart, pole, half_length, force, dt = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02

    def __init__(self, seed=0, limit=60):
        self.rng = np.random.RandomState(seed)
        self.limit = limit

    def reset(self):
        self.state = self.rng.uniform(-0.05, 0.05, 4)
        self.steps = 0
        return self.state.astype(np.float32)

    def step(self, action):
        x, v, angle, spin = self.state
        push = self.force if action == 1 else -self.force
        total = self.cart + self.pole
        temp = (push + self.pole * self.half_length * spin ** 2 * math.sin(angle)) / total
        accel = (self.gravity * math.sin(angle) - math.cos(angle) * temp) / (
            self.half_length * (4.0 / 3.0 - self.pole * math.cos(angle) ** 2 / total))
        push_accel = temp - self.pole * self.half_length * accel * math.cos(angle) / total
        self.state = np.array([x + self.dt * v, v + self.dt * push_accel, angle + self.dt * spin, spin + self.dt * accel])
        self.steps += 1
        fallen = abs(self.state[0]) > 2.4 or abs(self.state[2]) > 12 * math.pi / 180
        return self.state.astype(np.float32), 1.0, fallen or self.steps >= self.limit
