import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops
from mindspore.experimental import optim

np.random.seed(5)
ms.set_seed(5)


class Corridor:
    def reset(self):
        self.at, self.goal = 5, np.random.choice([0, 10])
        return self.state()

    def state(self):
        return np.array([self.at / 10, self.goal / 10], dtype=np.float32)

    def step(self, action):
        self.at += 1 if action else -1
        return self.state(), float(self.at == self.goal) - 0.05, self.at in (0, 10)


class Policy(nn.Cell):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Dense(2, 16)
        self.affine2 = nn.Dense(16, 2)
        self.saved = []

    def construct(self, x):
        return ops.softmax(self.affine2(ops.relu(self.affine1(x))), axis=1)


env, policy = Corridor(), Policy()
policy.set_train()
optimizer = optim.Adam(policy.trainable_params(), lr=1e-2)
for episode in range(25):
    rewards = []

    def episode_loss():
        global t
        state, log_probs = env.reset(), []
        for t in range(30):
            probs = policy(Tensor(state).expand_dims(0))
            action = ops.multinomial(ops.stop_gradient(probs), 1).squeeze(-1)
            log_probs.append(ops.log(probs)[:, int(action)])
            state, reward, done = env.step(action.item())
            rewards.append(reward)
            if done:
                break
        return -(ops.cat(log_probs) * sum(rewards)).sum()

    loss, grads = ms.value_and_grad(episode_loss, None, optimizer.parameters)()
    optimizer(grads)
    print(f"Episode {episode} length {t + 1} reward: {sum(rewards):.2f}")
