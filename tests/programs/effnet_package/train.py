#!/usr/bin/env python
import sys, os
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import copy
import contextlib
import numpy as np
import torch as T
from torch.utils import data as tdata
from torch.utils.data.sampler import SubsetRandomSampler, BatchSampler
import pkg
from pkg import build, SE


class Digits(tdata.Dataset):
    def __init__(self, train=True, transform=None):
        from sklearn import datasets
        d = datasets.load_digits()
        sel = slice(None, 400) if train else slice(400, 600)
        self.x, self.y = d.images[sel].astype("float32") / 16, d.target[sel]
        self.transform = transform

    def __getitem__(self, i):
        x = T.from_numpy(self.x[i])[None]
        if self.transform: x = self.transform(x)
        return x, int(self.y[i])

    def __len__(self): return len(self.y)


class EMA:
    def __init__(self, model, decay=0.9):
        self.module = copy.deepcopy(model).eval()
        self.decay = decay
        for p in self.module.parameters():
            p.requires_grad_(False)

    @T.no_grad()
    def update(self, model):
        for e, m in zip(self.module.state_dict().values(), model.state_dict().values()):
            e.copy_(self.decay * e + (1. - self.decay) * m)


class Meter(dict):
    def add(self, **kw):
        for k, v in kw.items():
            self.setdefault(k, []).append(v.item() if T.is_tensor(v) else v)

    def __getattr__(self, k):
        return sum(self[k]) / len(self[k])


def collate(batch):
    xs, ys = zip(*batch)
    return T.stack(xs, 0), T.tensor(ys)


def make_loader(ds, train):
    if train:
        return tdata.DataLoader(ds, batch_sampler=BatchSampler(SubsetRandomSampler(range(len(ds))), 50, drop_last=False), collate_fn=collate)
    return tdata.DataLoader(ds, 100, collate_fn=collate)


def jitter(x):
    return (x + 0.05 * T.randn_like(x)).clamp_(0, 1)


def epoch(model, loader, opt=None, ema=None, sched=None, accumulate=2):
    meter = Meter()
    training = opt is not None
    model.train(training)
    ctx = contextlib.nullcontext() if training else T.no_grad()
    with ctx:
        for i, (x, y) in enumerate(loader):
            logits, losses = model(x, y)
            loss = losses.mean()
            if training:
                (loss / accumulate).backward()
                if (i + 1) % accumulate == 0 or i + 1 == len(loader):
                    gn = T.nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
                    opt.step()
                    opt.zero_grad()
                    sched is not None and sched.step()
                    if ema: ema.update(model)
                    meter.add(gn=gn)
            meter.add(loss=loss, acc=(logits.argmax(1) == y).float().mean())
    return meter


def main(argv=None):
    seed = int(argv[0]) if argv else 3
    np.random.seed(seed); T.manual_seed(seed)
    model = build("net", drop=0.1)
    ema = EMA(model)
    groups = [dict(params=[p for n, p in model.named_parameters() if n.endswith("bias")], weight_decay=0.0),
              dict(params=[p for n, p in model.named_parameters() if not n.endswith("bias")], lr=0.05)]
    opt = T.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-4)
    lf = lambda s: min(1.0, (s + 1) / 5) * (0.5 ** (s // 8))
    sched = T.optim.lr_scheduler.LambdaLR(opt, lr_lambda=[lf, lf])
    train, test = make_loader(Digits(transform=jitter), True), make_loader(Digits(False), False)
    print(f"{model.num_params} parameters, {sum(1 for m in model.modules() if isinstance(m, SE))} SE, device {model.device}")
    for e in range(3):
        m = epoch(model, train, opt, ema, sched)
        v = epoch(model, test)
        w = epoch(ema.module, test)
        print(f"epoch {e}: loss {m.loss:.4f} acc {m.acc:.3f} gn {m.gn:.2f} | val {v.loss:.4f} {v.acc:.3f} | ema {w.loss:.4f} {w.acc:.3f} lr {[g['lr'] for g in opt.param_groups]}")
    print("predict", model.predict(T.as_tensor(Digits(False).x[:8])[:, None]).tolist())


if __name__ == "__main__":
    main(sys.argv[1:])
