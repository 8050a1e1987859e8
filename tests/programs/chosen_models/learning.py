# coding: UTF-8
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn import metrics

from reading import KINDS


def fill(net, method='xavier', leave='table'):
    for name, w in net.named_parameters():
        if leave in name or 'ask' in name:
            continue
        if 'weight' in name:
            if method == 'xavier':
                nn.init.xavier_normal_(w)
            else:
                nn.init.normal_(w)
        elif 'bias' in name:
            nn.init.constant_(w, 0)
        else:
            pass


def learn(settings, net, train_batches, test_batches, epochs):
    net.train()
    optimizer = torch.optim.Adam(net.parameters(), lr=settings.rate)
    best, step = float('inf'), 0
    for epoch in range(epochs):
        print('Epoch [{}/{}]'.format(epoch + 1, epochs))
        for i, (x, y) in enumerate(train_batches):
            outputs = net(x)
            net.zero_grad()
            loss = F.cross_entropy(outputs, y)
            loss.backward()
            optimizer.step()
            if step % 4 == 0:
                true = y.data.cpu()
                guess = torch.max(outputs.data, 1)[1].cpu()
                right = metrics.accuracy_score(true, guess)
                held_right, held_loss = look(net, test_batches)
                if held_loss < best:
                    best = held_loss
                    torch.save(net.state_dict(), settings.best)
                    mark = '*'
                else:
                    mark = ''
                text = 'Step {0:>4}, loss {1:>6.3}, accuracy {2:>7.2%}, held out loss {3:>6.3}, held out accuracy {4:>7.2%} {5}'
                print(text.format(step, loss.item(), right, held_loss, held_right, mark))
                net.train()
            step += 1
    net.load_state_dict(torch.load(settings.best))
    right, loss, report, confusion = look(net, test_batches, whole=True)
    print('test loss {0:>6.3}, test accuracy {1:>7.2%}'.format(loss, right))
    print(report)
    print(confusion)


def look(net, batches, whole=False):
    net.eval()
    total = 0
    guesses = np.array([], dtype=int)
    truths = np.array([], dtype=int)
    with torch.no_grad():
        for x, y in batches:
            outputs = net(x)
            total += F.cross_entropy(outputs, y)
            truths = np.append(truths, y.data.cpu().numpy())
            guesses = np.append(guesses, torch.max(outputs.data, 1)[1].cpu().numpy())
    right = metrics.accuracy_score(truths, guesses)
    if whole:
        report = metrics.classification_report(truths, guesses, target_names=KINDS, digits=4, zero_division=0)
        return right, total / len(batches), report, metrics.confusion_matrix(truths, guesses)
    return right, total / len(batches)
