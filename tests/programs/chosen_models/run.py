# coding: UTF-8
import argparse
from importlib import import_module

import numpy as np
import torch

from learning import fill, learn
from reading import Batches, rows, vocabulary

parser = argparse.ArgumentParser(description='Sorts notices by what they are about')
parser.add_argument('--net', type=str, default='attention', help='attention or convolution')
parser.add_argument('--epochs', type=int, default=4)
args = parser.parse_args()

if __name__ == '__main__':
    chosen = import_module('nets.' + args.net)
    settings = chosen.Settings('notices')
    np.random.seed(1)
    torch.manual_seed(1)
    torch.cuda.manual_seed_all(1)
    torch.backends.cudnn.deterministic = True

    index = vocabulary('notices/train.tsv')
    settings.words = len(index)
    train_batches = Batches(rows('notices/train.tsv', index, settings.length), 16, settings.device)
    test_batches = Batches(rows('notices/held_out.tsv', index, settings.length), 16, settings.device)

    net = chosen.Net(settings).to(settings.device)
    fill(net)
    print(net.parameters)
    learn(settings, net, train_batches, test_batches, args.epochs)
