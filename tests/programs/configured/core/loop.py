import logging
from abc import ABCMeta, abstractmethod
from collections import OrderedDict, defaultdict
from itertools import repeat
from pathlib import Path

import numpy as np
import torch

log = logging.getLogger(__name__)


def endless(loader):
    for each in repeat(loader):
        yield from each


class Running(object):
    def __init__(self):
        self.sums, self.counts = defaultdict(float), defaultdict(int)

    def add(self, n=1, **values):
        for key, value in values.items():
            if isinstance(value, torch.Tensor):
                value = value.item()
            self.sums[key] += value * n
            self.counts[key] += n

    def means(self):
        return OrderedDict((k, self.sums[k] / max(self.counts[k], 1)) for k in self.sums)


class Loop(metaclass=ABCMeta):
    def __init__(self, model, loss_fn, metrics, optimizer, cfg, device='cpu', scheduler=None):
        self.model, self.loss_fn, self.metrics = model, loss_fn, metrics
        self.optimizer, self.scheduler = optimizer, scheduler
        self.device = device
        self.cfg = cfg
        self.epoch = 1
        mode, self.watch = cfg.get('monitor', 'min valid_loss').split()
        self.better = {'min': np.less_equal, 'max': np.greater_equal}[mode]
        self.best = np.inf if mode == 'min' else -np.inf
        self.patience = cfg.get('patience', 10)
        self.folder = Path(cfg.get('folder', 'runs'))
        self.folder.mkdir(parents=True, exist_ok=True)
        if cfg.get('resume'):
            self.restore(cfg['resume'])

    @abstractmethod
    def run_epoch(self):
        raise NotImplementedError

    def fit(self):
        bad = 0
        while self.epoch <= self.cfg['epochs']:
            result = self.run_epoch()
            for key, value in result.items():
                log.info('    {:12s}: {:.5f}'.format(str(key), value))
            if self.better(result[self.watch], self.best):
                self.best, bad = result[self.watch], 0
                self.store('best.pth')
            else:
                bad += 1
            if bad > self.patience:
                log.info('no improvement for %d epochs', self.patience)
                break
            self.store('last.pth')
            self.epoch += 1
        return self.best

    def store(self, name):
        torch.save({'arch': type(self.model).__name__, 'epoch': self.epoch, 'weights': self.model.state_dict(),
                    'optimizer': self.optimizer.state_dict(), 'best': float(self.best), 'cfg': self.cfg},
                   str(self.folder / name))

    def restore(self, path):
        saved = torch.load(path, map_location=self.device)
        if saved['arch'] != type(self.model).__name__:
            log.warning('another architecture: %s', saved['arch'])
        self.model.load_state_dict(saved['weights'])
        self.optimizer.load_state_dict(saved['optimizer'])
        self.epoch, self.best = saved['epoch'] + 1, saved['best']


class Engine(Loop):
    def __init__(self, *args, train_loader, valid_loader=None, steps=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.train_loader = train_loader if steps is None else endless(train_loader)
        self.steps = steps or len(train_loader)
        self.valid_loader = valid_loader

    def run_epoch(self):
        self.model.train()
        running = Running()
        for i, (x, y) in enumerate(self.train_loader):
            x, y = x.to(self.device), y.to(self.device)
            self.optimizer.zero_grad()
            out = self.model(x)
            loss = self.loss_fn(out, y)
            loss.backward()
            self.optimizer.step()
            running.add(x.size(0), train_loss=loss, **{m.__name__: m(out, y) for m in self.metrics})
            if i % 4 == 0:
                log.debug('epoch %d [%d/%d] loss %.6f', self.epoch, i, self.steps, loss.item())
            if i + 1 == self.steps:
                break
        result = running.means()
        if self.valid_loader is not None:
            result.update(**{'valid_' + k: v for k, v in self.validate().items()})
        if self.scheduler is not None:
            self.scheduler.step()
        return result

    @torch.no_grad()
    def validate(self):
        self.model.eval()
        running = Running()
        for x, y in self.valid_loader:
            out = self.model(x.to(self.device))
            running.add(len(y), loss=self.loss_fn(out, y), **{m.__name__: m(out, y) for m in self.metrics})
        return running.means()
