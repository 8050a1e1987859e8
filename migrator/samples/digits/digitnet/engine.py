import numpy as np
import torch

from .preprocess import confusion


class AverageMeter:
    """Running mean, weighted by batch size."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.total = 0.0
        self.count = 0

    def update(self, value, n=1):
        self.total += value * n
        self.count += n

    @property
    def average(self):
        return self.total / max(self.count, 1)


def train_one_epoch(model, loader, criterion, optimizer, device, clip=None, log_interval=0):
    model.train()
    losses = AverageMeter()
    for step, (images, labels) in enumerate(loader):
        images, labels = images.to(device), labels.to(device)

        optimizer.zero_grad()
        outputs = model(images)
        loss = criterion(outputs, labels)
        loss.backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()

        losses.update(loss.item(), images.size(0))
        if log_interval and step % log_interval == 0:
            print(f"  step {step}/{len(loader)} loss {loss.item():.4f}")
    return losses.average


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    """Mean loss, accuracy and the confusion matrix over the whole loader."""
    model.eval()
    losses = AverageMeter()
    correct, seen = 0, 0
    matrix = np.zeros((10, 10), dtype=np.int64)
    for images, labels in loader:
        images = images.to(device)
        labels = labels.to(device)
        logits = model(images)
        losses.update(criterion(logits, labels).item(), labels.size(0))
        predicted = logits.argmax(dim=1)
        correct += (predicted == labels).sum().item()
        seen += labels.size(0)
        matrix += confusion(predicted.cpu().numpy(), labels.cpu().numpy())
    return losses.average, correct / seen, matrix
