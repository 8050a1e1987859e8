# Fits a noisy curve three times: updates written out, updates in a loop over parameters, an optimizer.
import numpy as np
import torch

torch.manual_seed(0)
dtype = torch.float
device = torch.device("cpu")
# device = torch.device("cuda:0")

rng = np.random.RandomState(0)
x = torch.linspace(-1.5, 1.5, 200, device=device, dtype=dtype)
y = torch.sin(2 * x) + 0.1 * torch.tensor(rng.randn(200), dtype=dtype)
rate = 5e-4

# 1. a sine of unknown height, frequency and offset
height = torch.tensor(0.5, requires_grad=True)
frequency = torch.tensor(1.5, requires_grad=True)
offset = torch.zeros(1, requires_grad=True)
velocity = [torch.zeros_like(w) for w in (height, frequency, offset)]
for t in range(100):
    error = height * torch.sin(frequency * x) + offset - y
    loss = error.pow(2).sum()
    loss.backward()
    with torch.no_grad():
        # plain momentum
        for i, w in enumerate((height, frequency, offset)):
            velocity[i] = 0.5 * velocity[i] + w.grad
            w -= rate * velocity[i]
            w.grad.zero_()
    if t % 20 == 19:
        print('sine', t, loss.item())
print(f'height {height.item():.3f} frequency {frequency.item():.3f} offset {offset.item():.3f}')

# 2. a polynomial as a module, every parameter moved by hand
powers = torch.tensor([1, 2, 3])
features = x.unsqueeze(-1).pow(powers)
model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
loss_fn = torch.nn.MSELoss(reduction='sum')
for t in range(100):
    loss = loss_fn(model(features), y)
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for param in model.parameters():
            param -= rate * param.grad
    if t % 20 == 19:
        print('polynomial', t, loss.item())
linear = model[0]
print(f'bias {linear.bias.item():.3f} first weight {linear.weight[:, 0].item():.3f}')

# 3. robust loss, optimizer
weight = torch.nn.Parameter(torch.randn(3, 1) * 0.1)
bias = torch.nn.Parameter(torch.zeros(1))
optimizer = torch.optim.RMSprop([weight, bias], lr=1e-2)
huber = torch.nn.SmoothL1Loss()
for t in range(100):
    loss = huber((features @ weight + bias).squeeze(), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if t % 20 == 19:
        print('huber', t, loss.item())
print('final loss %.4f' % loss.item())
