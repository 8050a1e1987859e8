"""Datasets give torchvision's items from the files that torchvision reads."""

import bz2
import gzip
import io
import pickle
import struct

import numpy as np
import pytest
import scipy.io
from mindspore import Tensor
from PIL import Image
from torchvision import datasets as torch_datasets
from torchvision import transforms as torch_transforms

from migrator.support import image_datasets, image_transforms
from tests.migrator.support.images import assert_same, picture


def digits(count, seed=0, side=28):
    return np.random.RandomState(seed).randint(0, 256, (count, side, side), np.uint8)


def write_idx(path, array, packed):
    path.parent.mkdir(parents=True, exist_ok=True)
    content = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
    path.write_bytes(content)
    if packed:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content))


def assert_same_items(ours, theirs):
    assert len(ours) == len(theirs)
    for index in range(len(theirs)):
        (image, target), (expected, wanted) = ours[index], theirs[index]
        assert_same(image, expected)
        if isinstance(target, Image.Image):
            assert_same(target, wanted)
        elif isinstance(target, Tensor):
            assert target.asnumpy().tolist() == wanted.tolist()
        else:
            assert target == wanted
            assert type(target) is type(wanted)


@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST", "KMNIST"])
def test_digits_are_read_from_idx_files(tmp_path, name):
    for prefix, count in (("train", 9), ("t10k", 4)):
        write_idx(tmp_path / name / "raw" / f"{prefix}-images-idx3-ubyte", digits(count), packed=False)
        labels = np.arange(count).astype(np.uint8) % 10
        write_idx(tmp_path / name / "raw" / f"{prefix}-labels-idx1-ubyte", labels, packed=False)
    for train in (True, False):
        ours = getattr(image_datasets, name)(str(tmp_path), train=train, download=True)
        theirs = getattr(torch_datasets, name)(str(tmp_path), train=train)
        assert_same_items(ours, theirs)
        assert ours.classes == theirs.classes
        assert ours.class_to_idx == theirs.class_to_idx
        assert_same(ours.data, theirs.data)
        assert_same(ours.targets, theirs.targets)


def test_digits_may_be_packed_and_cut_down(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    write_idx(raw / "train-images-idx3-ubyte", digits(6), packed=True)
    write_idx(raw / "train-labels-idx1-ubyte", np.arange(6, dtype=np.uint8), packed=True)
    for path in raw.glob("*ubyte"):
        path.unlink()
    found = image_datasets.MNIST(tmp_path, transform=image_transforms.ToTensor(), target_transform=lambda label: -label)
    found.data, found.targets = found.data[3:], found.targets[3:]
    assert len(found) == 3
    assert found[1][1] == -4
    assert_same(found[1][0], torch_transforms.ToTensor()(Image.fromarray(digits(6)[4])))


def test_letters_are_read_from_idx_files(tmp_path):
    raw = tmp_path / "EMNIST" / "raw"
    write_idx(raw / "emnist-letters-train-images-idx3-ubyte", digits(5), packed=False)
    write_idx(raw / "emnist-letters-train-labels-idx1-ubyte", np.arange(1, 6, dtype=np.uint8), packed=False)
    ours, theirs = (kind(str(tmp_path), split="letters") for kind in (image_datasets.EMNIST, torch_datasets.EMNIST))
    assert_same_items(ours, theirs)
    assert ours.classes == theirs.classes


@pytest.mark.parametrize("name", ["MNIST", "CIFAR10", "CIFAR100", "SVHN", "STL10", "VOCSegmentation"])
def test_missing_files_are_torchvisions_error(tmp_path, name):
    for home in (image_datasets, torch_datasets):
        with pytest.raises(RuntimeError, match="Dataset not found"):
            getattr(home, name)(str(tmp_path))


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", ["CIFAR10", "CIFAR100"])
def test_small_photographs_are_read_from_pickles(tmp_path, monkeypatch, name, train):
    theirs = getattr(torch_datasets, name)
    monkeypatch.setattr(theirs, "_check_integrity", lambda self: True)
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda *given: True)
    folder = tmp_path / theirs.base_folder
    folder.mkdir()
    key = "labels" if name == "CIFAR10" else "fine_labels"
    for seed, (file, _) in enumerate(theirs.train_list + theirs.test_list):
        data = np.random.RandomState(seed).randint(0, 256, (3, 3072), np.uint8)
        (folder / file).write_bytes(pickle.dumps({"data": data, key: [seed, 1, 2]}))
    names = {theirs.meta["key"]: [f"class {n}" for n in range(10)]}
    (folder / theirs.meta["filename"]).write_bytes(pickle.dumps(names))
    ours, theirs = getattr(image_datasets, name)(str(tmp_path), train), theirs(str(tmp_path), train)
    assert_same_items(ours, theirs)
    assert (ours.data == theirs.data).all()
    assert ours.targets == theirs.targets
    assert ours.class_to_idx == theirs.class_to_idx


def test_a_derived_class_may_name_other_files_of_small_photographs(tmp_path):
    chosen = {
        "base_folder": "mine",
        "train_list": [["few", None]],
        "test_list": [["few", None]],
        "meta": {"filename": "names", "key": "names", "md5": None},
    }
    (tmp_path / "mine").mkdir()
    data = np.random.RandomState(0).randint(0, 256, (3, 3072), np.uint8)
    (tmp_path / "mine" / "few").write_bytes(pickle.dumps({"data": data, "labels": [0, 1, 1]}))
    (tmp_path / "mine" / "names").write_bytes(pickle.dumps({"names": ["cat", "dog"]}))
    ours, theirs = (type("Few", (home.CIFAR10,), chosen)(str(tmp_path)) for home in (image_datasets, torch_datasets))
    assert_same_items(ours, theirs)
    assert ours.classes == theirs.classes


def test_house_numbers_are_read_from_mat_files(tmp_path, monkeypatch):
    monkeypatch.setattr(torch_datasets.SVHN, "_check_integrity", lambda self: True)
    images = np.random.RandomState(0).randint(0, 256, (32, 32, 3, 4), np.uint8)
    scipy.io.savemat(tmp_path / "train_32x32.mat", {"X": images, "y": np.array([[1], [10], [3], [9]], np.uint8)})
    assert_same_items(image_datasets.SVHN(str(tmp_path)), torch_datasets.SVHN(str(tmp_path)))


def test_postal_digits_are_read_from_text(tmp_path):
    rows = np.random.RandomState(0).rand(3, 256) * 2 - 1
    lines = [
        f"{n + 1} " + " ".join(f"{place + 1}:{value:.4f}" for place, value in enumerate(row))
        for n, row in enumerate(rows)
    ]
    (tmp_path / "usps.bz2").write_bytes(bz2.compress("\n".join(lines).encode()))
    assert_same_items(image_datasets.USPS(str(tmp_path)), torch_datasets.USPS(str(tmp_path)))


@pytest.mark.parametrize("split", ["train", "train+unlabeled", "unlabeled", "test"])
def test_stl_is_read_from_its_binary_files(tmp_path, monkeypatch, split):
    monkeypatch.setattr(torch_datasets.STL10, "_check_integrity", lambda self: True)
    folder = tmp_path / "stl10_binary"
    folder.mkdir()
    for n, part in enumerate(("train", "test", "unlabeled")):
        np.random.RandomState(n).randint(0, 256, (2, 3, 96, 96), np.uint8).tofile(folder / f"{part}_X.bin")
        np.array([n + 1, 10], np.uint8).tofile(folder / f"{part}_y.bin")
    (folder / "class_names.txt").write_text("airplane\nbird\n")
    assert_same_items(image_datasets.STL10(str(tmp_path), split), torch_datasets.STL10(str(tmp_path), split))


def test_folders_are_classes(tmp_path):
    for label in ("cat", "ant", "bee"):
        (tmp_path / label / "deep").mkdir(parents=True)
        for n in range(2):
            picture(seed=n).save(tmp_path / label / f"{n}.png")
        picture("L").save(tmp_path / label / "deep" / "x.JPEG")
        (tmp_path / label / "notes.txt").write_text("no image")
    ours, theirs = image_datasets.ImageFolder(str(tmp_path)), torch_datasets.ImageFolder(str(tmp_path))
    assert_same_items(ours, theirs)
    for name in ("classes", "class_to_idx", "samples", "imgs", "targets"):
        assert getattr(ours, name) == getattr(theirs, name)
    texts = {"loader": lambda path: picture("L"), "extensions": (".txt",)}
    assert_same_items(
        image_datasets.DatasetFolder(str(tmp_path), **texts), torch_datasets.DatasetFolder(str(tmp_path), **texts)
    )
    (tmp_path / "empty").mkdir()
    for kind in (image_datasets.ImageFolder, torch_datasets.ImageFolder):
        with pytest.raises(FileNotFoundError, match="Found no valid file for the classes empty"):
            kind(str(tmp_path))
        assert len(kind(str(tmp_path), allow_empty=True)) == 9


@pytest.mark.parametrize("size", [(3, 8, 9), (3, 32, 32), (1, 28, 28), (3, 7, 5)])
def test_fake_images_are_torchvisions(size):
    options = {"size": 3, "image_size": size, "num_classes": 7, "random_offset": 5}
    assert_same_items(image_datasets.FakeData(**options), torch_datasets.FakeData(**options))


def test_voc_is_read_with_its_classes_and_annotations(tmp_path):
    home = tmp_path / "VOCdevkit" / "VOC2012"
    for folder in ("JPEGImages", "SegmentationClass", "Annotations", "ImageSets/Segmentation", "ImageSets/Main"):
        (home / folder).mkdir(parents=True)
    for name in ("a", "b"):
        picture().save(home / "JPEGImages" / f"{name}.jpg")
        picture("L").convert("P").save(home / "SegmentationClass" / f"{name}.png")
        things = "".join(f"<object><name>{thing}</name><box><x>1</x></box></object>" for thing in ("cat", "dog"))
        (home / "Annotations" / f"{name}.xml").write_text(f"<annotation><folder>v</folder>{things}</annotation>")
    for kind in ("Segmentation", "Main"):
        (home / "ImageSets" / kind / "train.txt").write_text("a\nb\n")
    for name in ("VOCSegmentation", "VOCDetection"):
        assert_same_items(getattr(image_datasets, name)(str(tmp_path)), getattr(torch_datasets, name)(str(tmp_path)))


@pytest.mark.parametrize("kinds", ["attr", ["identity"], ["bbox"], ["landmarks"], ["attr", "identity"]])
def test_faces_are_read_with_their_tables(tmp_path, monkeypatch, kinds):
    monkeypatch.setattr(torch_datasets.CelebA, "_check_integrity", lambda self: True)
    home = tmp_path / "celeba"
    (home / "img_align_celeba").mkdir(parents=True)
    names = [f"{n:06d}.png" for n in range(4)]
    for n, name in enumerate(names):
        picture(seed=n).save(home / "img_align_celeba" / name)

    def table(file, rows, header=""):
        lines = [f"{name} {row}" for name, row in zip(names, rows, strict=True)]
        (home / file).write_text("\n".join([*([str(len(lines)), header] if header else []), *lines]) + "\n")

    table("list_eval_partition.txt", [0, 1, 0, 2])
    table("identity_CelebA.txt", [5, 6, 7, 8])
    table("list_bbox_celeba.txt", ["1 2 3 4"] * 4, "image_id x y w h")
    table("list_landmarks_align_celeba.txt", ["9 8"] * 4, "a b")
    table("list_attr_celeba.txt", ["-1  1 -1", "1 1 1", " 1 -1  1", "-1 -1 -1"], "Bald Smiling Young")
    ours, theirs = (kind(str(tmp_path), target_type=kinds) for kind in (image_datasets.CelebA, torch_datasets.CelebA))
    assert len(ours) == len(theirs) == 2
    for index in range(2):
        assert_same(ours[index][0], theirs[index][0])
        assert_same(ours[index][1], theirs[index][1])
    assert ours.attr_names == theirs.attr_names


def test_scenes_are_read_from_their_databases(tmp_path, monkeypatch):
    lmdb = pytest.importorskip("lmdb")
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate(("bedroom_train", "tower_train")):
        with lmdb.open(str(tmp_path / f"{name}_lmdb")) as env, env.begin(write=True) as write:
            for n in range(3):
                buffer = io.BytesIO()
                picture(seed=10 * seed + n).save(buffer, "png")
                write.put(f"key{n}".encode(), buffer.getvalue())
    options = {"classes": ["bedroom_train", "tower_train"], "target_transform": lambda label: label + 1}
    ours = image_datasets.LSUN(str(tmp_path), **options)
    items = [ours[index] for index in range(len(ours))]
    for part in ours.dbs:
        part.env.close()
    assert_same_items(items, torch_datasets.LSUN(str(tmp_path), **options))
