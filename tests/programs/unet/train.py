import argparse
import logging

import numpy as np
import torch
from torch import optim
from torch.utils.data import DataLoader, Dataset, random_split
from tqdm import tqdm

from segment import blobs
from segment.losses import segmentation_loss, soft_dice
from segment.net import UNet

log = logging.getLogger('unet')


class Blobs(Dataset):
  def __init__(self, n, seed):
    self.images, self.masks = blobs.make(n, seed)

  def __len__(self):
    return len(self.images)

  def __getitem__(self, i):
    image, mask = self.images[i], self.masks[i]
    if np.random.rand() < 0.5:
      image, mask = image[:, ::-1], mask[:, ::-1]
    return {
      'image': torch.as_tensor(image.copy()).unsqueeze(0).contiguous(),
      'mask': torch.as_tensor(mask.copy()),
    }


@torch.inference_mode()
def validate(net, loader, device):
  net.eval()
  score, n = 0, 0
  for batch in tqdm(loader, desc='validate', leave=False, disable=True):
    mask = batch['mask'].to(device=device)
    predicted = (torch.sigmoid(net(batch['image'].to(device=device, dtype=torch.float32))) > 0.5).float()
    score += soft_dice(predicted, mask).sum()
    n += len(mask)
  net.train()
  return score / n


def fit(net, device, epochs, batch_size, lr, val_share=0.2, seed=0):
  everything = Blobs(120, seed=3)
  n_val = int(len(everything) * val_share)
  train_set, val_set = random_split(
    everything, [len(everything) - n_val, n_val], generator=torch.Generator().manual_seed(seed))
  common = dict(batch_size=batch_size, num_workers=0, pin_memory=torch.cuda.is_available())
  train_loader = DataLoader(train_set, shuffle=True, **common)
  val_loader = DataLoader(val_set, shuffle=False, **common)

  optimizer = optim.RMSprop(net.parameters(), lr=lr, weight_decay=1e-8, momentum=0.5)
  scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, 'max', patience=1)  # more Dice is better

  for epoch in range(1, epochs + 1):
    net.train()
    total = 0
    with tqdm(total=len(train_set), desc=f'epoch {epoch}/{epochs}', unit='img', disable=True) as bar:
      for batch in train_loader:
        images, masks = batch['image'], batch['mask']
        assert images.shape[1] == 1, f'one channel expected, got {images.shape[1]}'
        images = images.to(device=device, dtype=torch.float32)
        masks = masks.to(device=device)

        loss = segmentation_loss(net(images), masks)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_value_(net.parameters(), 1.0)
        optimizer.step()

        total += loss.item()
        bar.update(images.shape[0])
        bar.set_postfix(**{'loss': loss.item()})

    dice = validate(net, val_loader, device)
    scheduler.step(dice)
    log.info('epoch %d loss %.4f dice %.4f lr %.5f', epoch, total / len(train_loader), dice.item(),
             optimizer.param_groups[0]['lr'])


def get_args():
  parser = argparse.ArgumentParser(description='segment synthetic blobs')
  parser.add_argument('--epochs', '-e', metavar='E', type=int, default=3)
  parser.add_argument('--batch-size', '-b', dest='batch_size', metavar='B', type=int, default=8)
  parser.add_argument('--learning-rate', '-l', metavar='LR', type=float, default=2e-3, dest='lr')
  parser.add_argument('--load', '-f', type=str, default=False, help='.pth file to start from')
  return parser.parse_args()


if __name__ == '__main__':
  args = get_args()
  logging.basicConfig(level=logging.INFO, format='%(levelname)s: %(message)s')
  torch.manual_seed(0)
  np.random.seed(0)
  device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
  log.info(f'on {device}')

  net = UNet()
  if args.load:
    net.load_state_dict(torch.load(args.load, map_location=device))
    log.info(f'weights from {args.load}')
  net.to(device=device)
  try:
    fit(net, device, args.epochs, args.batch_size, args.lr)
  except KeyboardInterrupt:
    torch.save(net.state_dict(), 'interrupted.pth')
    raise
  torch.save(net.state_dict(), 'unet.pth')
