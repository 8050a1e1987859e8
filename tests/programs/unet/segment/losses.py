import torch
import torch.nn.functional as F


def soft_dice(p, target, smooth=1.0):
  p, target = p.flatten(1), target.flatten(1)
  overlap = (p * target).sum(1)
  return (2 * overlap + smooth) / (p.sum(1) + target.sum(1) + smooth)


def segmentation_loss(logits, target, dice_weight=0.5):
  bce = F.binary_cross_entropy_with_logits(logits, target)
  dice = 1 - soft_dice(torch.sigmoid(logits), target).mean()
  return (1 - dice_weight) * bce + dice_weight * dice
