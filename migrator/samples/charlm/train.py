"""
Trains the character model on one text file.

$ python train.py
$ python train.py --max-steps 3000 --n-layer 4 --n-embd 128
"""
import argparse
import math
import os
import time
from dataclasses import asdict

import numpy as np
import torch
from torch.optim.lr_scheduler import LambdaLR

from corpus import Corpus
from model import CharLM, Config


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--text", default=None, help="text file to learn (default: harbour.txt)")
    p.add_argument("--out-dir", default="out")
    # model
    p.add_argument("--n-layer", type=int, default=2)
    p.add_argument("--n-head", type=int, default=4)
    p.add_argument("--n-embd", type=int, default=64)
    p.add_argument("--block-size", type=int, default=48)
    p.add_argument("--dropout", type=float, default=0.1)
    # optimisation
    p.add_argument("--batch-size", type=int, default=12)
    p.add_argument("--grad-accum", type=int, default=2, help="batches for one optimizer step")
    p.add_argument("--max-steps", type=int, default=150)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--min-lr", type=float, default=3e-4)
    p.add_argument("--warmup", type=int, default=15)
    p.add_argument("--weight-decay", type=float, default=0.1)
    p.add_argument("--grad-clip", type=float, default=1.0)
    # the rest
    p.add_argument("--eval-interval", type=int, default=50)
    p.add_argument("--eval-batches", type=int, default=8)
    p.add_argument("--sample-length", type=int, default=200)
    p.add_argument("--temperature", type=float, default=0.8)
    p.add_argument("--top-k", type=int, default=20)
    p.add_argument("--prompt", default="The ferry ")
    p.add_argument("--seed", type=int, default=1337)
    return p.parse_args()


def lr_lambda(args):
    floor = args.min_lr / args.lr

    def factor(step):
        # 1) linear warm-up
        if step < args.warmup:
            return (step + 1) / args.warmup
        # 2) cosine down to the floor
        progress = (step - args.warmup) / max(1, args.max_steps - args.warmup)
        return floor + (1.0 - floor) * 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))

    return factor


@torch.no_grad()
def estimate_loss(model, corpus, args, device):
    out = {}
    model.eval()
    for split in ("train", "val"):
        losses = torch.zeros(args.eval_batches)
        for k in range(args.eval_batches):
            X, Y = corpus.get_batch(split, args.batch_size, args.block_size, device)
            _, loss = model(X, Y)
            losses[k] = loss.item()
        out[split] = losses.mean().item()
    model.train()
    return out


def main():
    args = get_args()
    np.random.seed(args.seed)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"

    corpus = Corpus(args.text)
    config = Config(
        vocab_size=len(corpus.vocab),
        block_size=args.block_size,
        n_layer=args.n_layer,
        n_head=args.n_head,
        n_embd=args.n_embd,
        dropout=args.dropout,
    )
    model = CharLM(config)
    model.to(device)
    print(f"{len(corpus.splits['train'])} characters, vocabulary {len(corpus.vocab)}, {model.num_parameters()} parameters")

    optimizer = model.configure_optimizer(args.weight_decay, args.lr, betas=(0.9, 0.95))
    scheduler = LambdaLR(optimizer, lr_lambda(args))

    best_val = float("inf")
    t0 = time.time()
    model.train()
    for step in range(args.max_steps):
        optimizer.zero_grad(set_to_none=True)
        running = 0.0
        for micro_step in range(args.grad_accum):
            X, Y = corpus.get_batch("train", args.batch_size, args.block_size, device)
            logits, loss = model(X, Y)
            loss = loss / args.grad_accum  # the mean over all micro batches
            loss.backward()
            running += loss.item()
        if args.grad_clip > 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), args.grad_clip)
        optimizer.step()
        scheduler.step()

        if step % 10 == 0:
            print(f"step {step} loss {running:.4f} lr {scheduler.get_last_lr()[0]:.6f}")

        if (step + 1) % args.eval_interval == 0 or step + 1 == args.max_steps:
            losses = estimate_loss(model, corpus, args, device)
            print(f"step {step + 1} train loss {losses['train']:.4f} val loss {losses['val']:.4f}")
            if losses["val"] < best_val:
                best_val = losses["val"]
                os.makedirs(args.out_dir, exist_ok=True)
                checkpoint = {
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "config": asdict(config),
                    "chars": corpus.vocab.chars,
                    "step": step + 1,
                    "best_val": best_val,
                }
                torch.save(checkpoint, os.path.join(args.out_dir, "ckpt.pt"))

    print(f"trained for {time.time() - t0:.1f} s, best val loss {best_val:.4f}")

    model.eval()
    context = torch.tensor(corpus.vocab.encode(args.prompt), dtype=torch.long, device=device)[None, ...]
    generated = model.generate(context, args.sample_length, temperature=args.temperature, top_k=args.top_k)
    print("-" * 40)
    print(corpus.vocab.decode(generated[0].tolist()))


if __name__ == "__main__":
    main()
