import copy
import random

import numpy as np
import torch
from torch import nn


class Trainer:
    def __init__(self, model, settings, callbacks=()):
        self._seed(settings.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = model.to(self.device)
        self.settings = settings
        self.callbacks = list(callbacks)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = self.configure_optimizer()
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, step_size=3, gamma=0.5)
        self.best_state = None
        self.epoch = 0
        self.stop = False

    @staticmethod
    def _seed(seed):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)

    def configure_optimizer(self):
        return torch.optim.Adam(
            self.model.parameters(), lr=self.settings.lr, weight_decay=self.settings.weight_decay
        )

    def training_step(self, batch):
        x, y = (t.to(self.device) for t in batch)
        logits = self.model(x)
        return self.criterion(logits, y), logits, y

    def fit(self, train_loader, valid_loader):
        for self.epoch in range(1, self.settings.max_epochs + 1):
            train_loss = self._train_epoch(train_loader)
            valid_loss, valid_acc = self.evaluate(valid_loader)
            self.scheduler.step()
            logs = {"train_loss": train_loss, "valid_loss": valid_loss, "valid_acc": valid_acc}
            print(f"[{self.epoch:02d}] " + " ".join(f"{k} {v:.4f}" for k, v in logs.items()))
            for callback in self.callbacks:
                callback.on_epoch_end(self, logs)
            if self.stop:
                print("early stop")
                break
        if self.best_state is not None:
            self.model.load_state_dict(self.best_state)

    def _train_epoch(self, loader):
        self.model.train()
        losses = []
        for batch in loader:
            self.optimizer.zero_grad()
            loss, _, _ = self.training_step(batch)
            loss.backward()
            self._clip()
            self.optimizer.step()
            losses.append(loss.detach().cpu().item())
        return float(np.mean(losses))

    def _clip(self, limit=5.0):
        nn.utils.clip_grad_norm_(self.model.parameters(), limit)

    @torch.no_grad()
    def evaluate(self, loader):
        self.model.eval()
        loss_sum = correct = count = 0
        for batch in loader:
            loss, logits, y = self.training_step(batch)
            loss_sum += loss.item() * y.numel()
            correct += int((logits.argmax(-1) == y).sum())
            count += y.numel()
        return loss_sum / count, correct / count

    def remember(self):
        self.best_state = copy.deepcopy(self.model.state_dict())
