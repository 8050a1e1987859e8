#!/usr/bin/env python
import argparse
import logging
import os
import random
import sys

import numpy as np
import torch
import torch.optim as optim
from tqdm import tqdm

from tagger.config import Config
from tagger.data import build
from tagger.metrics import f1
from tagger.model import Tagger

logger = logging.getLogger(__name__)
logging.basicConfig(format="%(asctime)s - %(levelname)s - %(message)s", level=logging.INFO, stream=sys.stdout)


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)


def lr_decay(optimizer, epoch, init_lr, decay_rate):
    lr = init_lr / (1 + decay_rate * epoch)
    for param_group in optimizer.param_groups:
        param_group['lr'] = lr
    return optimizer


@torch.no_grad()
def evaluate(model, loader, tag_vocab, device):
    model.eval()
    gold, pred, total = [], [], 0.
    for batch in loader:
        words, chars, tags, mask, lengths = [t.to(device) for t in batch]
        total += model(words, chars, tags, mask, lengths).item() * words.shape[0]
        paths = model.predict(words, chars, mask, lengths)
        for path, row, n in zip(paths, tags.cpu().numpy(), lengths.tolist()):
            pred.append(tag_vocab.lookup(path))
            gold.append(tag_vocab.lookup(row[:n]))
    return (total / len(loader.dataset), *f1(gold, pred))


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--config", default="config.json")
    parser.add_argument("--no_cuda", action="store_true")
    args = parser.parse_args()
    config = Config.from_json(args.config)
    config.save()
    set_seed(config.seed)
    device = torch.device(config.device if torch.cuda.is_available() and not args.no_cuda else "cpu")

    word_vocab, char_vocab, tag_vocab, train_loader, dev_loader = build(config)
    model = Tagger(config, len(word_vocab), len(char_vocab), len(tag_vocab)).to(device)
    logger.info("%d words, %d characters, %d tags, %d parameters", len(word_vocab), len(char_vocab), len(tag_vocab),
                sum(p.numel() for p in model.parameters() if p.requires_grad))
    optimizer = optim.SGD(model.parameters(), lr=config.lr, momentum=config.momentum, weight_decay=config.l2)

    best_f1, bad = float("-inf"), 0
    path = os.path.join(config.save_dir, "best.pt")
    for epoch in range(config.epochs):
        optimizer = lr_decay(optimizer, epoch, config.lr, config.lr_decay)
        model.train()
        losses = []
        pbar = tqdm(train_loader, total=len(train_loader), desc=f"epoch {epoch}")
        for batch in pbar:
            batch = tuple(t.to(device) for t in batch)
            words, chars, tags, mask, lengths = batch
            loss = model(words, chars, tags, mask, lengths)
            model.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_value_(model.parameters(), 5.0)
            optimizer.step()
            losses.append(loss.item())
            pbar.set_postfix(loss=f"{np.mean(losses):.4f}")
        dev_loss, p, r, f = evaluate(model, dev_loader, tag_vocab, device)
        logger.info("epoch %d train loss %.4f dev loss %.4f p %.3f r %.3f f1 %.3f", epoch, np.mean(losses), dev_loss, p, r, f)
        if f > best_f1:
            best_f1, bad = f, 0
            torch.save({"state_dict": model.state_dict(), "epoch": epoch, "f1": f, "tags": tag_vocab.itos}, path)
        else:
            bad += 1
            if bad >= config.patience:
                logger.info("early stopping")
                break

    checkpoint = torch.load(path, map_location=device)
    model.load_state_dict(checkpoint["state_dict"])
    dev_loss, *_, f = evaluate(model, dev_loader, tag_vocab, device)
    print(f"best epoch {checkpoint['epoch']} dev loss {dev_loss:.4f} f1 {f:.4f}")


if __name__ == "__main__":
    main()
