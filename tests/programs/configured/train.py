import argparse
import json
import logging
import sys

import numpy as np
import torch

import core
import nets
import nets.losses as losses
import nets.metrics as metrics
import nets.plain as archs
from core import build, instantiate

SEED = 123
torch.manual_seed(SEED)
torch.backends.cudnn.deterministic = True
torch.backends.cudnn.benchmark = False
np.random.seed(SEED)


def set_by_path(tree, path, value):
    *parents, last = path.split('.')
    for key in parents:
        tree = tree[key]
    tree[last] = value


def devices(wanted):
    available = torch.cuda.device_count()
    if wanted > available:
        print(f'Warning: {wanted} GPUs configured, {available} available')
        wanted = available
    return torch.device('cuda:0' if wanted > 0 else 'cpu'), list(range(wanted))


def main(cfg):
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format='%(message)s')
    log = logging.getLogger('train')
    dataset = build(cfg['dataset'], core)
    loader = build(cfg['loader'], core, dataset)
    model = build(cfg['arch'], archs)
    log.info(model)
    device, ids = devices(cfg['n_gpu'])
    model = model.to(device)
    if len(ids) > 1:
        model = torch.nn.DataParallel(model, device_ids=ids)
    loss_fn = getattr(losses, cfg['loss'])
    metric_fns = [getattr(metrics, name) for name in cfg['metrics']]
    params = filter(lambda p: p.requires_grad, model.parameters())
    optimizer = build(cfg['optimizer'], torch.optim, params)
    scheduler = instantiate(cfg, 'scheduler', torch.optim.lr_scheduler, optimizer)
    engine = core.Engine(model, loss_fn, metric_fns, optimizer, cfg['run'], device=device, scheduler=scheduler,
                         train_loader=loader, valid_loader=loader.validation())
    best = engine.fit()
    print('best validation loss: %.5f' % best)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-c', '--config', required=True)
    parser.add_argument('--set', nargs='*', default=[], metavar='KEY=VALUE')
    args = parser.parse_args()
    with open(args.config) as f:
        config = json.load(f)
    for item in args.set:
        key, value = item.split('=')
        set_by_path(config, key, json.loads(value))
    main(config)
