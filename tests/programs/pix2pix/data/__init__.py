import os
import random

import torch.utils.data as data
import torchvision.transforms as transforms
from PIL import Image


def get_params(opt, size):
    x = random.randint(0, max(0, opt.load_size - opt.crop_size))
    y = random.randint(0, max(0, opt.load_size - opt.crop_size))
    return {'crop_pos': (x, y), 'flip': random.random() > 0.5}


def __crop(img, pos, size):
    x1, y1 = pos
    return img.crop((x1, y1, x1 + size, y1 + size))


def __flip(img, flip):
    if flip:
        return img.transpose(Image.FLIP_LEFT_RIGHT)
    return img


def get_transform(opt, params=None, grayscale=False, convert=True):
    transform_list = []
    if grayscale:
        transform_list.append(transforms.Grayscale(1))
    osize = [opt.load_size, opt.load_size]
    transform_list.append(transforms.Resize(osize, transforms.InterpolationMode.BICUBIC))
    if params is None:
        transform_list.append(transforms.RandomCrop(opt.crop_size))
    else:
        transform_list.append(transforms.Lambda(lambda img: __crop(img, params['crop_pos'], opt.crop_size)))
        transform_list.append(transforms.Lambda(lambda img: __flip(img, params['flip'])))
    if convert:
        transform_list += [transforms.ToTensor()]
        if grayscale:
            transform_list += [transforms.Normalize((0.5,), (0.5,))]
        else:
            transform_list += [transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))]
    return transforms.Compose(transform_list)


class AlignedDataset(data.Dataset):
    def __init__(self, opt, phase='train'):
        self.opt = opt
        self.dir_AB = os.path.join(opt.dataroot, phase)
        self.AB_paths = sorted(os.path.join(self.dir_AB, f) for f in os.listdir(self.dir_AB) if f.endswith('.png'))

    def __getitem__(self, index):
        AB_path = self.AB_paths[index]
        AB = Image.open(AB_path).convert('RGB')
        w, h = AB.size
        w2 = int(w / 2)
        A = AB.crop((0, 0, w2, h))
        B = AB.crop((w2, 0, w, h))
        transform_params = get_params(self.opt, A.size)
        A_transform = get_transform(self.opt, transform_params, grayscale=(self.opt.input_nc == 1))
        B_transform = get_transform(self.opt, transform_params, grayscale=(self.opt.output_nc == 1))
        A = A_transform(A)
        B = B_transform(B)
        return {'A': A, 'B': B, 'A_paths': AB_path, 'B_paths': AB_path}

    def __len__(self):
        return len(self.AB_paths)


class CustomDatasetDataLoader():
    def __init__(self, opt):
        self.opt = opt
        self.dataset = AlignedDataset(opt)
        self.dataloader = data.DataLoader(self.dataset, batch_size=opt.batch_size, shuffle=True, num_workers=0)

    def load_data(self):
        return self

    def __len__(self):
        return len(self.dataset)

    def __iter__(self):
        for i, batch in enumerate(self.dataloader):
            yield batch


def create_dataset(opt):
    data_loader = CustomDatasetDataLoader(opt)
    dataset = data_loader.load_data()
    return dataset
