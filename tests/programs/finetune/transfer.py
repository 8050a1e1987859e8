"""
Pre-train on the digits 0 to 4, then learn 5 to 9 from few examples: first only a new
head on the frozen backbone, then everything with a smaller learning rate below.
"""
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from backbone import Classifier


def loaders(classes, n_train, batch_size=32):
    digits = load_digits()
    keep = [i for i, label in enumerate(digits.target) if label in classes]
    x = torch.tensor(digits.images[keep], dtype=torch.float32).unsqueeze(1) / 16
    y = torch.tensor([classes.index(label) for label in digits.target[keep]])
    train = TensorDataset(x[:n_train], y[:n_train])
    test = TensorDataset(x[n_train:], y[n_train:])
    return DataLoader(train, batch_size, shuffle=True), DataLoader(test, 256)


def run(model, train, test, optimizer, epochs, name, scheduler=None):
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        for x, y in train:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if scheduler:
            scheduler.step()

        model.eval()
        correct = total = 0
        with torch.no_grad():
            for x, y in test:
                correct += (model(x).argmax(1) == y).sum().item()
                total += len(y)
        rates = [f"{group['lr']:.4f}" for group in optimizer.param_groups]
        print(f"{name} epoch {epoch + 1} loss {loss.item():.4f} accuracy {correct / total:.4f} lr {' '.join(rates)}")


def trainable(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


if __name__ == "__main__":
    torch.manual_seed(42)

    model = Classifier(num_classes=5)
    train, test = loaders([0, 1, 2, 3, 4], 600)
    run(model, train, test, torch.optim.Adam(model.parameters(), lr=3e-3), 3, "pretrain")
    torch.save({"state_dict": model.state_dict(), "classes": 5}, "pretrained.pt")

    # a fresh model with another head takes over the backbone
    checkpoint = torch.load("pretrained.pt", map_location="cpu")
    model = Classifier(num_classes=5)
    weights = {k: v for k, v in checkpoint["state_dict"].items() if not k.startswith("fc.")}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    print("missing:", sorted(missing), "unexpected:", unexpected)

    for param in model.backbone.parameters():
        param.requires_grad = False
    model.fc = nn.Sequential(nn.Dropout(0.1), nn.Linear(model.backbone.num_features, 5))
    print("trainable parameters", trainable(model))
    train, test = loaders([5, 6, 7, 8, 9], 200)
    head_only = filter(lambda p: p.requires_grad, model.parameters())
    run(model, train, test, torch.optim.SGD(head_only, lr=0.1, momentum=0.9), 3, "head")

    for param in model.parameters():
        param.requires_grad = True
    print("trainable parameters", trainable(model))
    optimizer = torch.optim.Adam(
        [
            {"params": model.backbone.layer1.parameters(), "lr": 2e-4},
            {"params": model.backbone.layer2.parameters(), "lr": 5e-4},
            {"params": model.fc.parameters()},
        ],
        lr=2e-3,
        weight_decay=1e-4,
    )
    scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
    run(model, train, test, optimizer, 4, "finetune", scheduler)
