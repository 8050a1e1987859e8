import torch


class Curve:
    """No module: its weights are tensors that ask for gradients."""

    def __init__(self):
        self.slope = torch.empty(3, 1, requires_grad=True)
        torch.nn.init.xavier_uniform_(self.slope)
        self.offset = torch.empty(1, requires_grad=True)
        torch.nn.init.uniform_(self.offset)

    def __call__(self, x):
        return x @ self.slope + self.offset


curve = Curve()
x = torch.linspace(-1, 1, 30).view(10, 3)
y = x.sum(1, keepdim=True) ** 2
for step in range(10):
    loss = ((curve(x) - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for weight in (curve.slope, curve.offset):
            weight -= 0.05 * weight.grad
            weight.grad.zero_()
    print("loss", loss.item())

layers = [torch.nn.Parameter(torch.empty(3, 3)), torch.nn.Parameter(torch.empty(3, 3))]
for layer in layers:
    torch.nn.init.normal_(layer)
optimizer = torch.optim.SGD(layers, lr=0.05)
for step in range(10):
    loss = ((torch.tanh(x @ layers[0]) @ layers[1] - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("loss", loss.item())
