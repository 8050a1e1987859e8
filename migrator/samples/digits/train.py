"""Train a small CNN on the scikit-learn digits.

    python train.py --epochs 12
"""
import argparse
import os
import random
import time

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR

from digitnet import DigitNet, build_loaders
from digitnet.checkpoint import load_checkpoint, save_checkpoint
from digitnet.engine import evaluate, train_one_epoch
from digitnet.model import count_parameters


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)


def parse_args():
    parser = argparse.ArgumentParser(description="handwritten digits")
    parser.add_argument("--epochs", type=int, default=12, help="number of epochs (default: 12)")
    parser.add_argument("--batch-size", type=int, default=48, metavar="N", help="training batch size")
    parser.add_argument("--lr", type=float, default=0.03, help="initial learning rate")
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--step-size", type=int, default=5, help="epochs between learning rate drops")
    parser.add_argument("--gamma", type=float, default=0.2, help="learning rate drop")
    parser.add_argument("--dropout", type=float, default=0.25)
    parser.add_argument("--clip", type=float, default=2.0, help="gradient norm limit")
    parser.add_argument("--no-augment", action="store_true", help="train on the images as they are")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-cuda", action="store_true", default=False, help="disables CUDA training")
    parser.add_argument("--log-interval", type=int, default=0, help="steps between progress lines, 0: none")
    parser.add_argument("--out", default="runs/digits", help="where checkpoints go")
    parser.add_argument("--resume", default=None, help="checkpoint to go on from")
    return parser.parse_args()


def main():
    args = parse_args()
    set_seed(args.seed)
    use_cuda = not args.no_cuda and torch.cuda.is_available()
    device = torch.device("cuda" if use_cuda else "cpu")

    train_loader, test_loader = build_loaders(args.batch_size, augment=not args.no_augment)
    print(f"{len(train_loader.dataset)} training images, {len(test_loader.dataset)} test images")

    model = DigitNet(dropout=args.dropout).to(device)
    print(f"{count_parameters(model)} parameters on {device}")

    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(
        model.parameters(), lr=args.lr, momentum=args.momentum, weight_decay=args.weight_decay
    )
    scheduler = StepLR(optimizer, step_size=args.step_size, gamma=args.gamma)

    start_epoch, best_accuracy = 1, 0.0
    if args.resume:
        start_epoch, best_accuracy = load_checkpoint(args.resume, model, optimizer, scheduler, device)
        print(f"resumed from {args.resume}, going on with epoch {start_epoch}")

    started = time.time()
    matrix = None
    for epoch in range(start_epoch, args.epochs + 1):
        train_loss = train_one_epoch(
            model, train_loader, criterion, optimizer, device, clip=args.clip, log_interval=args.log_interval
        )
        test_loss, accuracy, matrix = evaluate(model, test_loader, criterion, device)
        scheduler.step()
        print(f"epoch {epoch} train loss {train_loss:.4f} test loss {test_loss:.4f} test accuracy {accuracy:.4f}")

        if accuracy > best_accuracy:
            best_accuracy = accuracy
            save_checkpoint(os.path.join(args.out, "best.pth"), model, optimizer, scheduler, epoch, best_accuracy)
        save_checkpoint(os.path.join(args.out, "last.pth"), model, optimizer, scheduler, epoch, best_accuracy)

    print(f"best test accuracy {best_accuracy:.4f} ({time.time() - started:.1f} s)")
    if matrix is not None:
        worst = np.argmax(matrix.sum(axis=1) - np.diag(matrix))
        print(f"hardest digit: {worst}")


if __name__ == "__main__":
    main()
