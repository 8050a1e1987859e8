"""torchvision.datasets read from the same files, as indexable datasets of PIL images and labels."""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import io
import os
import pickle
import string
import tarfile
import urllib.request
import zipfile
from xml.etree import ElementTree

import numpy as np
from mindspore import Tensor
from PIL import Image

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


class StandardTransform:
    """torchvision.datasets.vision.StandardTransform: one function for the image, one for the label."""

    def __init__(self, transform=None, target_transform=None):
        self.transform, self.target_transform = transform, target_transform

    def __call__(self, image, target):
        image = image if self.transform is None else self.transform(image)
        return image, target if self.target_transform is None else self.target_transform(target)


class VisionDataset:
    """torchvision.datasets.VisionDataset: a root folder and transforms of image and label."""

    def __init__(self, root=None, transforms=None, transform=None, target_transform=None):
        if transforms is not None and (transform is not None or target_transform is not None):
            raise ValueError("Only transforms or transform/target_transform can be passed as argument")
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        self.transform, self.target_transform = transform, target_transform
        if transforms is None and (transform is not None or target_transform is not None):
            transforms = StandardTransform(transform, target_transform)
        self.transforms = transforms

    def __repr__(self):
        lines = [f"Dataset {type(self).__name__}", f"    Number of datapoints: {len(self)}"]
        lines += [f"    Root location: {self.root}"] if self.root is not None else []
        return "\n".join(lines)

    def transformed(self, image, target):
        if self.transforms is not None and not isinstance(self.transforms, StandardTransform):
            return self.transforms(image, target)
        image = image if self.transform is None else self.transform(image)
        return image, target if self.target_transform is None else self.target_transform(target)


def fetched(url, path):
    """Downloads a file unless it is there; archives (.tar.gz, .zip) are unpacked beside it."""
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        print(f"Downloading {url} to {path}")
        urllib.request.urlretrieve(url, f"{path}.part")
        os.replace(f"{path}.part", path)
    if path.endswith((".tar.gz", ".tar", ".tgz")):
        with tarfile.open(path) as archive:
            archive.extractall(os.path.dirname(path), filter="data")
    elif path.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(os.path.dirname(path))


def not_found(paths):
    """Raises torchvision's error if one of the files is missing."""
    if not all(os.path.exists(path) for path in paths):
        raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")


def read_idx(path):
    """An array of bytes in MNIST's idx format, gzipped or not."""
    opener = open if os.path.exists(path) else gzip.open
    with opener(path if opener is open else f"{path}.gz", "rb") as file:
        data = file.read()
    axes = data[3]
    shape = [int.from_bytes(data[4 + 4 * n : 8 + 4 * n], "big") for n in range(axes)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


class MNIST(VisionDataset):
    """torchvision.datasets.MNIST from ``root/MNIST/raw``; items are (PIL image, int)."""

    mirror = "https://ossci-datasets.s3.amazonaws.com/mnist/"
    classes = [
        f"{digit} - {name}" for digit, name in enumerate("zero one two three four five six seven eight nine".split())
    ]

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, None, transform, target_transform)
        self.train = train
        paths = [os.path.join(self.raw_folder, name) for name in self.file_names()]
        if not all(os.path.exists(path) or os.path.exists(f"{path}.gz") for path in paths):
            if not download:
                raise RuntimeError("Dataset not found. You can use download=True to download it")
            self.download(paths)
        self.data, self.targets = Tensor(read_idx(paths[0]).copy()), Tensor(read_idx(paths[1]).astype(np.int64))

    def file_names(self):
        prefix = "train" if self.train else "t10k"
        return f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"

    def download(self, paths):
        for path in paths:
            fetched(f"{self.mirror}{os.path.basename(path)}.gz", f"{path}.gz")

    @property
    def raw_folder(self):
        return os.path.join(self.root, type(self).__name__, "raw")

    @property
    def class_to_idx(self):
        return {name: index for index, name in enumerate(self.classes)}

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transformed(Image.fromarray(np.asarray(self.data)[index]), int(np.asarray(self.targets)[index]))


class FashionMNIST(MNIST):
    """torchvision.datasets.FashionMNIST."""

    mirror = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


class KMNIST(MNIST):
    """torchvision.datasets.KMNIST."""

    mirror = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"
    classes = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]


class EMNIST(MNIST):
    """torchvision.datasets.EMNIST, one of its splits."""

    def __init__(self, root, split, train=True, transform=None, target_transform=None, download=False):
        self.split = split
        merged = set("cijklmopsuvwxyz")
        everything = set(string.digits + string.ascii_letters)
        self.classes = {
            "byclass": sorted(everything),
            "bymerge": sorted(everything - merged),
            "balanced": sorted(everything - merged),
            "letters": ["N/A", *string.ascii_lowercase],
            "digits": list(string.digits),
            "mnist": list(string.digits),
        }[split]
        super().__init__(root, train, transform, target_transform, download)

    def file_names(self):
        prefix = f"emnist-{self.split}-{'train' if self.train else 'test'}"
        return f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"

    def download(self, paths):
        fetched("https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip", os.path.join(self.raw_folder, "gzip.zip"))
        for path in paths:
            packed = f"{os.path.basename(path)}.gz"
            os.replace(os.path.join(self.raw_folder, "gzip", packed), os.path.join(self.raw_folder, packed))


class CIFAR10(VisionDataset):
    """torchvision.datasets.CIFAR10 from its pickled batches; items are (PIL image, int). Derived classes may name
    other files, as pairs of a name and a checksum, which is not looked at."""

    base_folder = "cifar-10-batches-py"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    filename = "cifar-10-python.tar.gz"
    train_list = [[f"data_batch_{n}", None] for n in range(1, 6)]
    test_list = [["test_batch", None]]
    meta = {"filename": "batches.meta", "key": "label_names", "md5": None}

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, None, transform, target_transform)
        self.train = train
        folder = os.path.join(self.root, self.base_folder)
        paths = [os.path.join(folder, name) for name, _ in (self.train_list if train else self.test_list)]
        if download and not all(os.path.exists(path) for path in paths):
            fetched(self.url, os.path.join(self.root, self.filename))
        not_found(paths)
        images, self.targets = [], []
        for path in paths:
            with open(path, "rb") as file:
                entry = pickle.load(file, encoding="latin1")
            images.append(entry["data"])
            self.targets.extend(entry["labels" if "labels" in entry else "fine_labels"])
        self.data = np.concatenate(images).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        with open(os.path.join(folder, self.meta["filename"]), "rb") as file:
            self.classes = pickle.load(file, encoding="latin1")[self.meta["key"]]
        self.class_to_idx = {name: index for index, name in enumerate(self.classes)}

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transformed(Image.fromarray(self.data[index]), self.targets[index])


class CIFAR100(CIFAR10):
    """torchvision.datasets.CIFAR100."""

    base_folder = "cifar-100-python"
    url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    filename = "cifar-100-python.tar.gz"
    train_list, test_list = [["train", None]], [["test", None]]
    meta = {"filename": "meta", "key": "fine_label_names", "md5": None}


class SVHN(VisionDataset):
    """torchvision.datasets.SVHN from its .mat files, which SciPy reads; items are (PIL image, int)."""

    def __init__(self, root, split="train", transform=None, target_transform=None, download=False):
        super().__init__(root, None, transform, target_transform)
        self.split, name = split, f"{split}_32x32.mat"
        path = os.path.join(self.root, name)
        if download:
            fetched(f"http://ufldl.stanford.edu/housenumbers/{name}", path)
        not_found([path])
        content = importlib.import_module("scipy.io").loadmat(path)
        self.data = content["X"].transpose(3, 2, 0, 1)
        labels = content["y"].astype(np.int64).squeeze()
        self.labels = np.where(labels == 10, 0, labels)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transformed(Image.fromarray(self.data[index].transpose(1, 2, 0)), int(self.labels[index]))


class USPS(VisionDataset):
    """torchvision.datasets.USPS from its bzip2 text files; items are (PIL image, int)."""

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, None, transform, target_transform)
        name = "usps.bz2" if train else "usps.t.bz2"
        path = os.path.join(self.root, name)
        if download:
            fetched(f"https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/{name}", path)
        with bz2.open(path) as file:
            rows = [line.decode().split() for line in file]
        pixels = np.asarray([[item.split(":")[-1] for item in row[1:]] for row in rows], np.float32)
        self.data = ((pixels.reshape(-1, 16, 16) + 1) / 2 * 255).astype(np.uint8)
        self.targets = [int(row[0]) - 1 for row in rows]

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transformed(Image.fromarray(self.data[index]), int(self.targets[index]))


class STL10(VisionDataset):
    """torchvision.datasets.STL10 from its binary files; items are (PIL image, int), -1 for what has no label."""

    def __init__(self, root, split="train", folds=None, transform=None, target_transform=None, download=False):
        super().__init__(root, None, transform, target_transform)
        self.split, self.folds = split, folds
        self.folder = os.path.join(self.root, "stl10_binary")
        if download and not os.path.isdir(self.folder):
            url = "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz"
            fetched(url, os.path.join(self.root, "stl10_binary.tar.gz"))
        not_found([self.folder])
        parts = [self.read(part) for part in split.split("+")]
        if folds is not None and split != "test":
            with open(os.path.join(self.folder, "fold_indices.txt")) as file:
                chosen = [int(number) for number in file.read().splitlines()[folds].split()]
            parts[0] = tuple(part[chosen] for part in parts[0])
        self.data, self.labels = (np.concatenate([part[n] for part in parts]) for n in range(2))
        names = os.path.join(self.folder, "class_names.txt")
        if os.path.isfile(names):
            with open(names) as file:
                self.classes = file.read().splitlines()

    def read(self, part):
        images = np.fromfile(os.path.join(self.folder, f"{part}_X.bin"), np.uint8).reshape(-1, 3, 96, 96)
        if part == "unlabeled":
            return images.transpose(0, 1, 3, 2), np.full(len(images), -1)
        labels = np.fromfile(os.path.join(self.folder, f"{part}_y.bin"), np.uint8) - 1
        return images.transpose(0, 1, 3, 2), labels

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transformed(Image.fromarray(self.data[index].transpose(1, 2, 0)), int(self.labels[index]))


def image_loader(path):
    """An image file as an RGB PIL image."""
    with open(path, "rb") as file:
        return Image.open(file).convert("RGB")


class DatasetFolder(VisionDataset):
    """torchvision.datasets.DatasetFolder: one sub-folder a class."""

    def __init__(
        self,
        root,
        loader,
        extensions=None,
        transform=None,
        target_transform=None,
        is_valid_file=None,
        allow_empty=False,
    ):
        super().__init__(root, None, transform, target_transform)
        self.loader, self.extensions = loader, extensions
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.samples = self.make_dataset(self.root, self.class_to_idx, extensions, is_valid_file, allow_empty)
        self.targets = [target for _, target in self.samples]

    def find_classes(self, directory):
        classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
        if not classes:
            raise FileNotFoundError(f"Couldn't find any class folder in {directory}.")
        return classes, {name: index for index, name in enumerate(classes)}

    @staticmethod
    def make_dataset(directory, class_to_idx, extensions=None, is_valid_file=None, allow_empty=False):
        """The (path, class) pairs below a folder, in torchvision's order."""
        suffixes = extensions if isinstance(extensions, str) else tuple(extensions or ())
        fits = is_valid_file or (lambda path: path.lower().endswith(suffixes))
        samples, empty = [], set(class_to_idx)
        for label in sorted(class_to_idx):
            for folder, _, names in sorted(os.walk(os.path.join(directory, label), followlinks=True)):
                found = [os.path.join(folder, name) for name in sorted(names) if fits(os.path.join(folder, name))]
                samples += [(path, class_to_idx[label]) for path in found]
                empty -= {label} if found else set()
        if empty and not allow_empty:
            raise FileNotFoundError(f"Found no valid file for the classes {', '.join(sorted(empty))}.")
        return samples

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, target = self.samples[index]
        return self.transformed(self.loader(path), target)


class ImageFolder(DatasetFolder):
    """torchvision.datasets.ImageFolder."""

    def __init__(
        self,
        root,
        transform=None,
        target_transform=None,
        loader=image_loader,
        is_valid_file=None,
        allow_empty=False,
    ):
        suffixes = None if is_valid_file else IMAGE_SUFFIXES
        super().__init__(root, loader, suffixes, transform, target_transform, is_valid_file, allow_empty)
        self.imgs = self.samples


class ImageNet(ImageFolder):
    """torchvision.datasets.ImageNet from its unpacked folder ``root/train`` or ``root/val``; the classes keep their
    WordNet ids, their names come from torchvision's ``meta.bin`` and are not read."""

    def __init__(self, root, split="train", **options):
        self.split = split
        super().__init__(os.path.join(os.path.expanduser(root), split), **options)
        self.wnids, self.wnid_to_idx = self.classes, self.class_to_idx


def torch_draws(seed):
    """A function that gives torch's next ``count`` 32-bit numbers after ``torch.manual_seed(seed)``: both libraries
    have the same Mersenne Twister."""
    state = np.random.RandomState(seed % 2**32)
    return lambda count: state.randint(0, 2**32, count, dtype=np.uint32)


def torch_normal_draws(draw, count):
    """torch.randn's float32 numbers on CPU (16 or more): Box and Muller's in rows of 16, the last row drawn anew."""

    def pairs(rows):
        first, second = np.float32(1) - rows[:, :8], rows[:, 8:]
        radius, angle = np.sqrt(np.float32(-2) * np.log(first)), np.float32(2 * np.pi) * second
        return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)

    def unit(number):
        return ((draw(number) & np.uint32(2**24 - 1)).astype(np.float32) * np.float32(2.0**-24)).reshape(-1, 16)

    whole = count // 16 * 16
    drawn = (draw(count) & np.uint32(2**24 - 1)).astype(np.float32) * np.float32(2.0**-24)
    result = np.empty(count, np.float32)
    result[:whole] = pairs(drawn[:whole].reshape(-1, 16))
    if count > whole:
        result[-16:] = pairs(unit(16))
    return result


class FakeData(VisionDataset):
    """torchvision.datasets.FakeData: random images of a size and random labels, the same as torchvision's."""

    def __init__(
        self,
        size=1000,
        image_size=(3, 224, 224),
        num_classes=10,
        transform=None,
        target_transform=None,
        random_offset=0,
    ):
        super().__init__(None, None, transform, target_transform)
        self.size, self.image_size, self.num_classes, self.random_offset = size, image_size, num_classes, random_offset

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        draw = torch_draws(index + self.random_offset)
        noise = torch_normal_draws(draw, int(np.prod(self.image_size))).reshape(self.image_size)
        target = int(draw(1)[0]) % self.num_classes
        pixels = (noise.transpose(1, 2, 0) * 255).astype(np.uint8)
        image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
        return self.transformed(image, target)


VOC_ARCHIVES = {
    "2012": ("VOCtrainval_11-May-2012.tar", "VOCdevkit/VOC2012"),
    "2011": ("VOCtrainval_25-May-2011.tar", "TrainVal/VOCdevkit/VOC2011"),
    "2010": ("VOCtrainval_03-May-2010.tar", "VOCdevkit/VOC2010"),
    "2009": ("VOCtrainval_11-May-2009.tar", "VOCdevkit/VOC2009"),
    "2008": ("VOCtrainval_11-May-2012.tar", "VOCdevkit/VOC2008"),
    "2007": ("VOCtrainval_06-Nov-2007.tar", "VOCdevkit/VOC2007"),
    "2007-test": ("VOCtest_06-Nov-2007.tar", "VOCdevkit/VOC2007"),
}


class VOCSegmentation(VisionDataset):
    """torchvision.datasets.VOCSegmentation; items are (PIL image, PIL image of the classes)."""

    splits, target_folder, target_suffix = "Segmentation", "SegmentationClass", ".png"

    def __init__(
        self,
        root,
        year="2012",
        image_set="train",
        download=False,
        transform=None,
        target_transform=None,
        transforms=None,
    ):
        super().__init__(root, transforms, transform, target_transform)
        self.year, self.image_set = year, image_set
        archive, folder = VOC_ARCHIVES["2007-test" if (year, image_set) == ("2007", "test") else year]
        if download:
            url = f"http://host.robots.ox.ac.uk/pascal/VOC/voc{year}/{archive}"
            fetched(url, os.path.join(self.root, archive))
        folder = os.path.join(self.root, folder)
        not_found([folder])
        with open(os.path.join(folder, "ImageSets", self.splits, f"{image_set}.txt")) as file:
            names = [line.strip() for line in file]
        self.images = [os.path.join(folder, "JPEGImages", f"{name}.jpg") for name in names]
        self.targets = [os.path.join(folder, self.target_folder, f"{name}{self.target_suffix}") for name in names]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = Image.open(self.images[index]).convert("RGB")
        return self.transformed(image, self.read_target(self.targets[index]))

    def read_target(self, path):
        return Image.open(path)


class VOCDetection(VOCSegmentation):
    """torchvision.datasets.VOCDetection; items are (PIL image, dictionary of the annotation's XML)."""

    splits, target_folder, target_suffix = "Main", "Annotations", ".xml"

    def read_target(self, path):
        return self.parse_voc_xml(ElementTree.parse(path).getroot())

    @staticmethod
    def parse_voc_xml(node):
        children = list(node)
        if not children:
            return {node.tag: (node.text or "").strip()} if node.text else {}
        parts = {}
        for child in children:
            for name, value in VOCDetection.parse_voc_xml(child).items():
                parts.setdefault(name, []).append(value)
        if node.tag == "annotation":
            parts["object"] = [parts["object"]]
        return {node.tag: {name: value[0] if len(value) == 1 else value for name, value in parts.items()}}


class CocoDetection(VisionDataset):
    """torchvision.datasets.CocoDetection by pycocotools; items are (PIL image, list of annotations)."""

    def __init__(self, root, annFile, transform=None, target_transform=None, transforms=None):
        super().__init__(root, transforms, transform, target_transform)
        self.coco = importlib.import_module("pycocotools.coco").COCO(annFile)
        self.ids = sorted(self.coco.imgs)

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, index):
        number = self.ids[index]
        path = os.path.join(self.root, self.coco.loadImgs(number)[0]["file_name"])
        return self.transformed(Image.open(path).convert("RGB"), self.read_target(number))

    def read_target(self, number):
        return self.coco.loadAnns(self.coco.getAnnIds(number))


class CocoCaptions(CocoDetection):
    """torchvision.datasets.CocoCaptions; items are (PIL image, list of captions)."""

    def read_target(self, number):
        return [entry["caption"] for entry in super().read_target(number)]


class CelebA(VisionDataset):
    """torchvision.datasets.CelebA from its unpacked files; Google Drive, where it is, cannot be downloaded from."""

    def __init__(self, root, split="train", target_type="attr", transform=None, target_transform=None, download=False):
        super().__init__(root, None, transform, target_transform)
        self.split, self.target_type = split, target_type if isinstance(target_type, list) else [target_type]
        self.folder = os.path.join(self.root, "celeba")
        not_found([os.path.join(self.folder, "img_align_celeba")])
        self.filename, parts, _ = self.read("list_eval_partition.txt")
        wanted = {"train": 0, "valid": 1, "test": 2, "all": None}[split.lower()]
        mask = np.ones(len(parts), bool) if wanted is None else parts[:, 0] == wanted
        self.filename = [name for name, chosen in zip(self.filename, mask, strict=True) if chosen]
        self.identity = Tensor(self.read("identity_CelebA.txt")[1][mask])
        self.bbox = Tensor(self.read("list_bbox_celeba.txt", 1)[1][mask])
        self.landmarks_align = Tensor(self.read("list_landmarks_align_celeba.txt", 1)[1][mask])
        _, attributes, self.attr_names = self.read("list_attr_celeba.txt", 1)
        self.attr = Tensor((attributes[mask] + 1) // 2)

    def read(self, name, header=None):
        """The first column, the numbers of the others and the column names of a table."""
        with open(os.path.join(self.folder, name)) as file:
            rows = list(csv.reader(file, delimiter=" ", skipinitialspace=True))
        names = rows[header] if header is not None else []
        rows = rows[header + 1 :] if header is not None else rows
        return [row[0] for row in rows], np.array([[int(item) for item in row[1:]] for row in rows], np.int64), names

    def __len__(self):
        return len(self.filename)

    def __getitem__(self, index):
        kinds = {"attr": self.attr, "bbox": self.bbox, "landmarks": self.landmarks_align}
        image = Image.open(os.path.join(self.folder, "img_align_celeba", self.filename[index]))
        found = [self.identity[index, 0] if kind == "identity" else kinds[kind][index] for kind in self.target_type]
        image = image if self.transform is None else self.transform(image)
        if not found:
            return image, None
        target = tuple(found) if len(found) > 1 else found[0]
        return image, target if self.target_transform is None else self.target_transform(target)


class LSUNClass(VisionDataset):
    """One category of torchvision.datasets.LSUN in its LMDB; items are (PIL image, None)."""

    def __init__(self, root, transform=None, target_transform=None):
        super().__init__(root, None, transform, target_transform)
        options = {"max_readers": 1, "readonly": True, "lock": False, "readahead": False, "meminit": False}
        self.env = importlib.import_module("lmdb").open(root, **options)
        with self.env.begin() as read:
            self.keys = list(read.cursor().iternext(keys=True, values=False))

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, index):
        with self.env.begin() as read:
            image = Image.open(io.BytesIO(read.get(self.keys[index]))).convert("RGB")
        return self.transformed(image, None)


class LSUN(VisionDataset):
    """torchvision.datasets.LSUN from its LMDBs; items are (PIL image, number of the category)."""

    def __init__(self, root, classes="train", transform=None, target_transform=None):
        super().__init__(root, None, transform, target_transform)
        categories = (
            "bedroom bridge church_outdoor classroom conference_room dining_room kitchen living_room restaurant"
        )
        if isinstance(classes, str):
            classes = (
                ["test"] if classes == "test" else [f"{name}_{classes}" for name in (*categories.split(), "tower")]
            )
        self.classes = list(classes)
        self.dbs = [LSUNClass(os.path.join(root, f"{name}_lmdb"), transform) for name in self.classes]
        self.indices = [int(end) for end in np.cumsum([len(part) for part in self.dbs])]

    def __len__(self):
        return self.indices[-1]

    def __getitem__(self, index):
        place = int(np.searchsorted(self.indices, index, side="right"))
        target = place if self.target_transform is None else self.target_transform(place)
        return self.dbs[place][index - (self.indices[place - 1] if place else 0)][0], target
