"""Programs that use torchvision are translated whole, and the rows of torchvision hold together."""

import ast
import json
import re
import subprocess
import sys

import pytest
import tomli

from migrator import support, translate_source
from migrator.catalog import DATA, Catalog, Row
from migrator.catalog.signature import parse_signature

FILES = sorted(DATA.glob("torchvision.*.toml"))
ROWS = {name: Row.parse(name, data) for file in FILES for name, data in tomli.loads(file.read_text()).items()}


def test_signatures_and_support_functions_exist():
    known = support.definitions()
    for row in ROWS.values():
        for form in row.forms:
            if form.signature:
                parse_signature(form.signature)
            for candidate in form.candidates:
                ast.parse(candidate.template.replace("(...)", "()"), mode="eval")
                assert set(re.findall(r"\bsupport\.(\w+)", candidate.template)) <= known.keys(), row.name


def test_aliases_lead_to_rows():
    catalog = Catalog()
    assert [name for name, row in ROWS.items() if row.alias and catalog.row(name) is None] == []


def run(code, folder):
    """The translation of a snippet, and what it printed as JSON under MindSpore alone."""
    result = translate_source(code, target="cpu")
    hidden = (
        "import sys\nfor name in ('torch', 'torchvision'):\n    sys.modules[name] = None\n"
        "import json\nshow = lambda value: print(json.dumps(value))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden + result.code], cwd=folder, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr + result.code[-3000:]
    return result, [json.loads(line) for line in done.stdout.splitlines() if line[:1] in '[{"0123456789tf-']


def expected(code, folder):
    done = subprocess.run(
        [sys.executable, "-c", "import json\nshow = lambda value: print(json.dumps(value))\n" + code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line[:1] in '[{"0123456789tf-']


SNIPPETS = {
    "loader": """
import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms as T
pipeline = T.Compose([T.Resize(12), T.CenterCrop(10), T.ToTensor(), T.Normalize((0.5,) * 3, (0.2, 0.3, 0.4))])
data = datasets.FakeData(size=7, image_size=(3, 14, 16), num_classes=4, transform=pipeline)
for images, labels in DataLoader(data, batch_size=3):
    show([list(images.shape), str(images.dtype).split(".")[-1].lower(), str(labels.dtype).split(".")[-1].lower()])
    show([labels.tolist(), round(images.sum().item(), 2)])
""",
    "v2": """
import torch
from torchvision import datasets
from torchvision.transforms import v2, InterpolationMode
steps = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
steps += [v2.Resize((9, 8), interpolation=InterpolationMode.BILINEAR, antialias=True)]
steps += [v2.Normalize(mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5])]
data = datasets.FakeData(size=3, image_size=(3, 14, 16), transform=v2.Compose(steps), target_transform=lambda t: t + 1)
image, target = data[1]
show([list(image.shape), target])
show([round(value, 2) for value in image.flatten()[:6].tolist()])
""",
    "functional": """
import torch
import torchvision.transforms.functional as TF
from torchvision.transforms.functional import pad, to_tensor
from torchvision.datasets import FakeData
image, _ = FakeData(size=1, image_size=(3, 14, 16))[0]
turned = TF.hflip(TF.crop(image, 1, 2, 9, 8))
tensor = to_tensor(pad(turned, 2, padding_mode="reflect"))
show(list(tensor.shape))
show([round(value, 3) for value in TF.adjust_contrast(tensor, 1.5).view(-1)[:5].tolist()])
show([round(value, 3) for value in TF.gaussian_blur(tensor.unsqueeze(0), [3, 3]).mean(dim=(0, 2, 3)).tolist()])
show(TF.to_pil_image(tensor).size[0])
""",
    "subclass": """
import torch
from torchvision import datasets, transforms
class Pairs(datasets.FakeData):
    def __init__(self, count, **options):
        super().__init__(size=count, **options)
        self.count = count
    def __getitem__(self, index):
        first, label = super().__getitem__(index)
        second, other = super().__getitem__((index + 1) % self.count)
        return torch.stack([first, second]), label == other
class Dim(object):
    def __call__(self, image):
        return image * 0.5
pairs = Pairs(4, image_size=(1, 8, 8), num_classes=2, transform=transforms.Compose([transforms.ToTensor(), Dim()]))
pair, same = pairs[2]
show([list(pair.shape), bool(same), round(pair.mean().item(), 4)])
batch = next(iter(torch.utils.data.DataLoader(pairs, batch_size=4)))
show([list(batch[0].shape), str(batch[1].dtype).split(".")[-1].lower()])
""",
    "model": """
import torch
import torch.nn as nn
from torchvision import models
net = models.resnet18(weights=None)
for parameter in net.parameters():
    parameter.requires_grad = False
net.fc = nn.Linear(net.fc.in_features, 3)
show([net.training, len([p for p in net.parameters() if p.requires_grad]), net.layer4[1].conv2.weight.shape[0]])
features = nn.Sequential(*list(net.children())[:-1])
features.eval()
show(list(features(torch.zeros(2, 3, 32, 32)).shape))
vgg = models.vgg11()
vgg.classifier[6] = nn.Linear(vgg.classifier[6].in_features, 5)
vgg.eval()
show(list(vgg(torch.zeros(1, 3, 32, 32)).shape))
arch = "squeezenet1_1"
names = sorted(name for name in models.__dict__ if name == arch and callable(models.__dict__[name]))
small = models.__dict__[arch](num_classes=4)
show([names, sum(p.numel() for p in small.parameters())])
""",
    "boxes": """
import torch
from torchvision.ops import box_iou, nms, sigmoid_focal_loss
from torchvision.utils import make_grid, save_image
boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]])
show(nms(boxes, torch.tensor([0.5, 0.9, 0.3]), 0.5).tolist())
show([round(value, 4) for value in box_iou(boxes, boxes).flatten().tolist()])
show(round(sigmoid_focal_loss(boxes / 10, (boxes > 5).float(), reduction="mean").item(), 4))
grid = make_grid(boxes.view(3, 1, 2, 2), nrow=2, normalize=True)
save_image(grid, "grid.png")
show([list(grid.shape), round(grid.sum().item(), 3)])
""",
}


@pytest.mark.parametrize("name", sorted(SNIPPETS))
def test_a_snippet_prints_the_same_without_torchvision(name, tmp_path):
    result, printed = run(SNIPPETS[name], tmp_path)
    assert [finding.message for finding in result.findings if finding.severity.name == "ERROR"] == []
    assert "torch" not in {
        alias.name.partition(".")[0]
        for node in ast.walk(ast.parse(result.code))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert printed == expected(SNIPPETS[name], tmp_path)


@pytest.mark.parametrize(
    "made", ["ops.MLP(8, [4])", "ops.Conv2dNormActivation(3, 4)", "models.MobileNetV2(num_classes=3)"]
)
def test_blocks_and_models_made_by_their_classes_are_told_to_train(made):
    code = translate_source(f"from torchvision import models, ops\nnet = {made}\n").code
    assert f"net = {made.partition('.')[2]}.set_train()" in code


def test_what_an_enumeration_offers_keeps_its_name():
    code = translate_source(
        "from torchvision.models import ResNet18_Weights as Known, resnet18\n"
        "from torchvision.transforms import InterpolationMode\n"
        "weights = Known.DEFAULT\n"
        "preprocess = weights.transforms()\n"
        "names = weights.meta['categories']\n"
        "def load(weights=Known['IMAGENET1K_V1']):\n"
        "    return resnet18(weights=weights), weights.url, InterpolationMode.BICUBIC.value\n"
    )
    assert code.findings == ()
    written = code.code.splitlines()
    assert "preprocess = weights.transforms()" in written
    assert "names = weights_meta(weights)['categories']" in written
    assert "    return resnet18(weights=weights), weights.url, InterpolationMode.BICUBIC.value" in written
