import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import TensorDataset, DataLoader, random_split
from sklearn.datasets import make_moons

torch.manual_seed(100)

# data
points, labels = make_moons(1500, noise=0.15, random_state=0)
X = torch.tensor(points, dtype=torch.float32)
X = (X - X.mean(dim=0)) / X.std(dim=0)
Y = torch.tensor(labels, dtype=torch.long)
dataset = TensorDataset(X, Y)
train_size = int(0.8 * len(dataset))
test_size = len(dataset) - train_size
train_set, test_set = random_split(dataset, [train_size, test_size])
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=len(test_set))

# model
net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 2))
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
scheduler = optim.lr_scheduler.MultiStepLR(optimizer, milestones=[8, 12], gamma=0.1)

# train
for epoch in range(15):
    running_loss = 0.0
    for i, data in enumerate(train_loader, 0):
        inputs, labels = data
        optimizer.zero_grad()
        outputs = net(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    scheduler.step()
    print('epoch %d loss: %.4f lr: %g' % (epoch + 1, running_loss / len(train_loader), optimizer.param_groups[0]['lr']))
print('Finished Training')

# test
correct = 0
total = 0
with torch.no_grad():
    for data in test_loader:
        inputs, labels = data
        outputs = net(inputs)
        _, predicted = torch.max(outputs.data, 1)
        total += labels.size(0)
        correct += (predicted == labels).sum().item()
print('test accuracy: %.1f %%' % (100 * correct / total))

torch.save(net.state_dict(), 'moons.pth')
net2 = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 2))
net2.load_state_dict(torch.load('moons.pth'))
net2.eval()
print('same after loading:', torch.allclose(net2(X), net(X)))
