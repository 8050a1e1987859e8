# coding: utf-8
'''
Réseau siamois sur les chiffres de scikit-learn : une perte à triplets et une perte contrastive.
'''
import random

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.autograd import Variable
from torch.utils.data import DataLoader, Dataset
import torch.nn.functional as F

BATCH_SIZE = 32
NB_EPOCHS = 3
MARGE = 1.0


class Triplets(Dataset):
    '''ancre, exemple de la même classe, exemple d'une autre classe'''
    def __init__(self, images, labels, taille):
        self.images = images.astype(np.float32) / 16.
        self.labels = labels
        self.taille = taille
        self.par_classe = {c: np.where(labels == c)[0] for c in range(10)}

    def __len__(self):
        return self.taille

    def __getitem__(self, index):
        ancre = random.randrange(len(self.labels))
        classe = int(self.labels[ancre])
        autre = random.choice([c for c in range(10) if c != classe])
        positif = random.choice(list(self.par_classe[classe]))
        negatif = random.choice(list(self.par_classe[autre]))
        return tuple(self.images[i][None] for i in (ancre, positif, negatif))


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=2.0):
        super(ContrastiveLoss, self).__init__()
        self.margin = margin

    def forward(self, output1, output2, label):
        euclidean_distance = F.pairwise_distance(output1, output2)
        return torch.mean((1 - label) * torch.pow(euclidean_distance, 2)
                          + label * torch.pow(torch.clamp(self.margin - euclidean_distance, min=0.0), 2))


class Embedding(nn.Module):
    def __init__(self, dim=16):
        super(Embedding, self).__init__()
        self.convs = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(1, 8, kernel_size=3),
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(8),
            nn.Dropout2d(p=.1),
            nn.Conv2d(8, 16, kernel_size=3, stride=2, padding=1),
            nn.PReLU(),
            nn.BatchNorm2d(16),
        )
        self.fc = nn.Sequential(nn.Linear(16 * 4 * 4, 64), nn.ReLU(inplace=True), nn.Linear(64, dim))

    def forward_once(self, x):
        x = self.convs(x)
        x = x.view(x.size()[0], -1)
        return self.fc(x)

    def forward(self, *inputs):
        return [self.forward_once(x) for x in inputs]


def entrainer():
    torch.manual_seed(11)
    random.seed(11)
    np.random.seed(11)
    digits = load_digits()
    donnees = DataLoader(Triplets(digits.images[:1400], digits.target[:1400], 640), batch_size=BATCH_SIZE, shuffle=True)
    net = Embedding()
    triplet = nn.TripletMarginLoss(margin=MARGE)
    contrastive = ContrastiveLoss()
    optimizer = optim.Adam(net.parameters(), lr=0.002)

    for epoch in range(NB_EPOCHS):
        pertes = []
        for i, (ancre, positif, negatif) in enumerate(donnees):
            ancre, positif, negatif = Variable(ancre), Variable(positif), Variable(negatif)
            optimizer.zero_grad()
            a, p, n = net(ancre, positif, negatif)
            perte = triplet(a, p, n)
            perte = perte + .5 * (contrastive(a, p, torch.zeros(a.size(0))) + contrastive(a, n, torch.ones(a.size(0))))
            perte.backward()
            optimizer.step()
            pertes.append(perte.item())
        print('époque {} perte {:.4f}'.format(epoch + 1, sum(pertes) / len(pertes)))
    return net, digits


def evaluer(net, digits):
    '''plus proche voisin dans l'espace appris'''
    net.eval()
    with torch.no_grad():
        base, = net(torch.Tensor(digits.images[:1400] / 16.).unsqueeze(1))
        test, = net(torch.Tensor(digits.images[1400:] / 16.).unsqueeze(1))
    distances = torch.cdist(test, base)
    voisins = distances.argmin(dim=1).numpy()
    return (digits.target[:1400][voisins] == digits.target[1400:]).mean()


if __name__ == '__main__':
    net, digits = entrainer()
    print('exactitude {:.4f}'.format(evaluer(net, digits)))
