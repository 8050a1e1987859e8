'''Small colour images, ten classes: residual net or VGG, chosen by name'''
import torch
import torch.nn as nn
import torch.optim as optim
import torch.nn.functional as F
import torch.backends.cudnn as cudnn
from torch.utils.data import Dataset, DataLoader
from torch.utils.tensorboard import SummaryWriter
from torch.autograd import Variable

import os
import pickle
import time
import argparse
import numpy as np

import models
from models import *
from utils import progress_bar, AverageMeter, ProgressMeter, accuracy, save_checkpoint, set_seed
from utils import LabelSmoothingCrossEntropy, mixup_data, mixup_criterion, get_mean_and_std

model_names = sorted(name for name in models.__dict__
                     if name.islower() and not name.startswith("__")
                     and callable(models.__dict__[name]))

parser = argparse.ArgumentParser(description='PyTorch CIFAR10 Training')
parser.add_argument('--arch', '-a', metavar='ARCH', default='resnet8', choices=model_names,
                    help='model architecture: ' + ' | '.join(model_names))
parser.add_argument('--lr', default=0.1, type=float, help='learning rate')
parser.add_argument('--epochs', default=200, type=int)
parser.add_argument('-b', '--batch-size', default=128, type=int)
parser.add_argument('--momentum', default=0.9, type=float, metavar='M')
parser.add_argument('--wd', '--weight-decay', default=5e-4, type=float, dest='weight_decay')
parser.add_argument('--resume', '-r', action='store_true', help='resume from checkpoint')
parser.add_argument('--mixup', action='store_true')
parser.add_argument('--label-smoothing', default=0.0, type=float)
parser.add_argument('--logdir', default='runs')
parser.add_argument('--seed', default=0, type=int)
args = parser.parse_args()

set_seed(args.seed)
device = 'cuda' if torch.cuda.is_available() else 'cpu'
best_acc = 0  # best test accuracy
start_epoch = 0  # start from epoch 0 or last checkpoint epoch

# Data
print('==> Preparing data..')


def write_batches(root):
    os.makedirs(root, exist_ok=True)
    rng = np.random.RandomState(1)
    for name, n in (('data_batch_1', 48), ('test_batch', 24)):
        labels = rng.randint(0, 10, n)
        data = rng.randint(0, 120, (n, 3, 16, 16)) + labels[:, None, None, None] * 13
        with open(os.path.join(root, name), 'wb') as f:
            pickle.dump({'data': data.astype(np.uint8).reshape(n, -1), 'labels': labels.tolist()}, f)


class TinyCIFAR(Dataset):
    def __init__(self, root='./data', train=True, transform=None):
        fname = 'data_batch_1' if train else 'test_batch'
        with open(os.path.join(root, fname), 'rb') as f:
            entry = pickle.load(f)
        self.data = np.vstack([entry['data']]).reshape(-1, 3, 16, 16).transpose((0, 2, 3, 1))
        self.targets = entry['labels']
        self.transform = transform

    def __getitem__(self, index):
        img, target = self.data[index], self.targets[index]
        img = torch.from_numpy(img.transpose((2, 0, 1)).copy()).float().div(255)
        if self.transform is not None:
            img = self.transform(img)
        return img, target

    def __len__(self):
        return len(self.data)


class RandomFlip(object):
    def __call__(self, img):
        if np.random.rand() < 0.5:
            img = img.flip(2)
        return img


class Normalize(object):
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, tensor):
        for t, m, s in zip(tensor, self.mean, self.std):
            t.sub_(m).div_(s)
        return tensor


write_batches('./data')
mean, std = get_mean_and_std(TinyCIFAR(train=True))
print('mean', [round(float(m), 3) for m in mean])
norm = Normalize(mean, std)
flip = RandomFlip()
trainset = TinyCIFAR(train=True, transform=lambda im: norm(flip(im)))
trainloader = torch.utils.data.DataLoader(trainset, batch_size=args.batch_size, shuffle=True, num_workers=0, pin_memory=True)
testset = TinyCIFAR(train=False, transform=norm)
testloader = DataLoader(testset, batch_size=16, shuffle=False, num_workers=0)
classes = ('plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck')

# Model
print('==> Building model..')
net = models.__dict__[args.arch]()
net = net.to(device)
if device == 'cuda':
    net = torch.nn.DataParallel(net)
    cudnn.benchmark = True

if args.resume:
    print('==> Resuming from checkpoint..')
    assert os.path.isdir('checkpoint'), 'Error: no checkpoint directory found!'
    checkpoint = torch.load('./checkpoint/ckpt.pth')
    net.load_state_dict(checkpoint['net'])
    best_acc = checkpoint['acc']
    start_epoch = checkpoint['epoch']

criterion = LabelSmoothingCrossEntropy(args.label_smoothing) if args.label_smoothing > 0 else nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=args.lr, momentum=args.momentum, weight_decay=args.weight_decay, nesterov=True)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)
writer = SummaryWriter(log_dir=args.logdir)


def train(epoch):
    print('\nEpoch: %d' % epoch)
    net.train()
    train_loss = 0
    correct = 0
    total = 0
    batch_time = AverageMeter('Time', ':6.3f')
    losses = AverageMeter('Loss', ':.4e')
    top1 = AverageMeter('Acc@1', ':6.2f')
    top5 = AverageMeter('Acc@5', ':6.2f')
    progress = ProgressMeter(len(trainloader), [losses, top1, top5], prefix="Epoch: [{}]".format(epoch))
    end = time.time()
    for batch_idx, (inputs, targets) in enumerate(trainloader):
        inputs, targets = inputs.to(device), targets.to(device)
        if args.mixup:
            inputs, targets_a, targets_b, lam = mixup_data(inputs, targets, 1.0, use_cuda=(device == 'cuda'))
            inputs, targets_a, targets_b = map(Variable, (inputs, targets_a, targets_b))
        optimizer.zero_grad()
        outputs = net(inputs)
        if args.mixup:
            loss = mixup_criterion(criterion, outputs, targets_a, targets_b, lam)
        else:
            loss = criterion(outputs, targets)
        loss.backward()
        optimizer.step()

        acc1, acc5 = accuracy(outputs, targets, topk=(1, 5))
        losses.update(loss.item(), inputs.size(0))
        top1.update(acc1[0], inputs.size(0))
        top5.update(acc5[0], inputs.size(0))
        train_loss += loss.item()
        _, predicted = outputs.max(1)
        total += targets.size(0)
        correct += predicted.eq(targets).sum().item()
        batch_time.update(time.time() - end)
        end = time.time()
        if batch_idx % 2 == 0:
            progress.display(batch_idx)
        progress_bar(batch_idx, len(trainloader), 'Loss: %.3f | Acc: %.3f%% (%d/%d)'
                     % (train_loss/(batch_idx+1), 100.*correct/total, correct, total))
        writer.add_scalar('train/loss', loss.item(), epoch * len(trainloader) + batch_idx)


def test(epoch):
    global best_acc
    net.eval()
    test_loss = 0
    correct = 0
    total = 0
    with torch.no_grad():
        for batch_idx, (inputs, targets) in enumerate(testloader):
            inputs, targets = inputs.to(device), targets.to(device)
            outputs = net(inputs)
            loss = F.cross_entropy(outputs, targets)

            test_loss += loss.item()
            _, predicted = outputs.max(1)
            total += targets.size(0)
            correct += predicted.eq(targets).sum().item()

            progress_bar(batch_idx, len(testloader), 'Loss: %.3f | Acc: %.3f%% (%d/%d)'
                         % (test_loss/(batch_idx+1), 100.*correct/total, correct, total))

    # Save checkpoint.
    acc = 100.*correct/total
    writer.add_scalar('test/acc', acc, epoch)
    writer.add_scalars('both', {'a': acc, 'b': best_acc}, epoch)
    for name, param in net.named_parameters():
        writer.add_histogram(name, param.clone().cpu().data.numpy(), epoch)
    if acc > best_acc:
        print('Saving..')
        state = {
            'net': net.state_dict(),
            'acc': acc,
            'epoch': epoch,
        }
        if not os.path.isdir('checkpoint'):
            os.mkdir('checkpoint')
        torch.save(state, './checkpoint/ckpt.pth')
        best_acc = acc
    save_checkpoint({'epoch': epoch + 1, 'arch': args.arch, 'state_dict': net.state_dict(), 'best_acc1': best_acc,
                     'optimizer': optimizer.state_dict(), 'scheduler': scheduler.state_dict()}, acc >= best_acc)


for epoch in range(start_epoch, start_epoch+args.epochs):
    train(epoch)
    test(epoch)
    scheduler.step()
    print('lr', scheduler.get_last_lr()[0], optimizer.param_groups[0]['lr'])
writer.close()
print('best acc', best_acc)
