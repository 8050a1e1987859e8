"""Models have torchvision's parameters, and torchvision's numbers once these are the same."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor
from torchvision import models as torch_models
from torchvision import ops as torch_ops

from migrator.support import efficient_models, model_names, model_weights, vision_models
from tests.migrator.support.images import assert_same, picture

MODELS = [
    ("resnet18", {}, 64),
    ("resnet50", {"zero_init_residual": True}, 64),
    ("resnext50_32x4d", {}, 64),
    ("alexnet", {}, 96),
    ("vgg11", {}, 32),
    ("vgg13_bn", {}, 32),
    ("mobilenet_v2", {}, 64),
    ("squeezenet1_0", {}, 64),
    ("squeezenet1_1", {}, 64),
    ("densenet121", {}, 64),
    ("googlenet", {"init_weights": True}, 64),
    ("shufflenet_v2_x0_5", {}, 64),
    ("vit_b_16", {"image_size": 32}, 32),
    ("mobilenet_v3_small", {}, 64),
    ("mnasnet0_5", {}, 64),
    ("efficientnet_b0", {}, 64),
    ("efficientnet_v2_s", {}, 64),
    ("convnext_tiny", {}, 64),
]
NAMES = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}


def torch_name(name, kinds):
    head, _, tail = name.rpartition(".")
    return f"{head}.{NAMES[tail]}" if tail in NAMES and kinds.get(head) in ("BatchNorm2d", "LayerNorm") else name


@pytest.fixture(scope="module", params=MODELS, ids=[name for name, _, _ in MODELS])
def pair(request):
    name, options, side = request.param
    torch.manual_seed(0)
    theirs = getattr(torch_models, name)(num_classes=7, **options)
    ours = model_names.image_models()[name](num_classes=7, **options)
    return ours, theirs, side


def by_torch_name(net):
    kinds = {name: type(cell).__name__ for name, cell in net.cells_and_names()}
    return {torch_name(parameter.name, kinds): parameter for parameter in net.get_parameters()}


def test_it_has_torchvisions_parameters_with_torchvisions_first_values(pair):
    ours, theirs, _ = pair
    own = by_torch_name(ours)
    state = {name: value for name, value in theirs.state_dict().items() if not name.endswith("num_batches_tracked")}
    assert own.keys() == state.keys()
    assert ours.training
    for name, value in state.items():
        assert own[name].shape == tuple(value.shape), name
        if value.numel() >= 4000:
            mine = own[name].asnumpy()
            assert np.isclose(mine.std(), float(value.std()), rtol=0.1, atol=1e-8), name
            assert np.isclose(np.abs(mine).max(), float(value.abs().max()), rtol=0.5, atol=1e-8), name


def test_it_gives_torchvisions_numbers_with_torchvisions_weights(pair):
    ours, theirs, side = pair
    own = by_torch_name(ours)
    for name, value in theirs.state_dict().items():
        if name in own:
            noise = torch.randn_like(value) * 0.05 if "running" not in name else 0.0
            value.copy_(value + noise)
            own[name].set_data(Tensor(value.numpy()))
    images = np.random.RandomState(0).rand(2, 3, side, side).astype(np.float32)
    theirs.eval()
    ours.set_train(False)
    with torch.no_grad():
        expected = theirs(torch.from_numpy(images)).numpy()
    result = ours(Tensor(images)).asnumpy()
    np.testing.assert_allclose(result, expected, rtol=1e-3, atol=1e-4 * max(1.0, np.abs(expected).max()))


def test_the_auxiliary_outputs_come_in_training():
    net = vision_models.googlenet(num_classes=3)
    net.set_train()
    found = net(Tensor(np.random.RandomState(0).rand(2, 3, 64, 64).astype(np.float32)))
    assert found._fields == ("logits", "aux_logits2", "aux_logits1")
    assert [part.shape for part in found] == [(2, 3)] * 3


def test_pretrained_weights_say_what_to_convert(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for options in ({"weights": "DEFAULT"}, {"pretrained": True}, {"weights": "IMAGENET1K_V1"}):
        with pytest.raises(FileNotFoundError, match=r"python -m migrator checkpoint resnet18-f37072fd\.pth"):
            vision_models.resnet18(**options)
    assert isinstance(vision_models.resnet18(pretrained=False), vision_models.ResNet)


def test_converted_weights_are_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    saved = vision_models.squeezenet1_1()
    ms.save_checkpoint(saved, "squeezenet1_1-b8a52dc0.ckpt")
    found = vision_models.squeezenet1_1(weights=model_weights.SqueezeNet1_1_Weights.IMAGENET1K_V1)
    for mine, theirs in zip(found.get_parameters(), saved.get_parameters(), strict=True):
        assert (mine.asnumpy() == theirs.asnumpy()).all()


@pytest.mark.parametrize("kind", ["ResNet50_Weights", "ViT_B_16_Weights", "VGG16_Weights"])
def test_the_weights_are_torchvisions(kind):
    theirs, ours = getattr(torch_models, kind), getattr(model_weights, kind)
    assert ours.__members__.keys() == theirs.__members__.keys()
    assert ours.DEFAULT.name == theirs.DEFAULT.name
    image = picture(height=300, width=260)
    for mine, other in zip(ours, [theirs[name.name] for name in ours], strict=True):
        assert mine.url == other.url
        meta = model_weights.weights_meta(mine)
        assert {key: other.meta[key] for key in meta} == meta
        assert_same(mine.transforms()(image), other.transforms()(image), 1e-5)
        assert (mine.transforms().mean, mine.transforms().std) == (other.transforms().mean, other.transforms().std)
    assert ours.verify(f"{kind}.DEFAULT") is ours["DEFAULT"] is ours.DEFAULT
    with pytest.raises(TypeError, match="Invalid Weight class"):
        ours.verify(3)


def test_pretrained_weights_choose_what_the_model_is_built_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ms.save_checkpoint(vision_models.googlenet(), "googlenet-1378be20.ckpt")
    net = vision_models.googlenet(weights="DEFAULT")
    assert net.transform_input
    assert net.aux1 is None
    assert not [name for name, _ in net.parameters_and_names() if name.startswith("aux")]
    assert net(Tensor(np.ones((2, 3, 64, 64), np.float32))).shape == (2, 1000)
    built = []
    monkeypatch.setattr(vision_models.PretrainedFile, "load_into", lambda file, net: built.append((file.name, net)))
    sizes = {"patch_size": 32, "num_layers": 1, "num_heads": 2, "hidden_dim": 8, "mlp_dim": 8}
    known = vision_models.VIT_B_16_WEIGHTS
    for weights in (model_weights.ViT_B_16_Weights.DEFAULT, "IMAGENET1K_SWAG_E2E_V1"):
        vision_models.vision_transformer("vit", known, weights, None, None, **sizes)
    assert [(name, net.image_size) for name, net in built] == [("IMAGENET1K_V1", 224), ("IMAGENET1K_SWAG_E2E_V1", 384)]


def test_models_are_found_by_name():
    assert model_names.image_models().keys() <= set(torch_models.list_models(module=torch_models))
    assert isinstance(model_names.get_image_model("alexnet"), vision_models.AlexNet)


@pytest.mark.parametrize("mode", ["row", "batch"])
def test_stochastic_depth_zeroes_samples_or_batches_and_keeps_the_mean(mode):
    ms.set_seed(1)
    layer = efficient_models.StochasticDepth(0.4, mode)
    layer.set_train()
    images = Tensor(np.ones((200, 2, 3), np.float32))
    found = np.concatenate([layer(images).asnumpy() for _ in range(1 if mode == "row" else 60)])
    assert set(np.unique(found.round(4))) <= {0.0, np.float32(1 / 0.6).round(4)}
    assert abs(found.mean() - 1) < 0.25
    layer.set_train(False)
    assert (layer(images).asnumpy() == 1).all()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Conv2dNormActivation", {"in_channels": 3, "out_channels": 4, "kernel_size": 5, "stride": 2}),
        ("Conv2dNormActivation", {"in_channels": 3, "out_channels": 4, "norm_layer": None, "dilation": 2}),
        ("SqueezeExcitation", {"input_channels": 3, "squeeze_channels": 2}),
        ("MLP", {"in_channels": 8, "hidden_channels": [5, 4]}),
        ("Permute", {"dims": [0, 2, 3, 1]}),
    ],
)
def test_the_building_blocks_are_torchvisions(name, options):
    ours, theirs = getattr(efficient_models, name)(**options), getattr(torch_ops, name)(**options)
    own = by_torch_name(ours)
    for key, value in theirs.state_dict().items():
        if key in own:
            own[key].set_data(Tensor(value.numpy()))
    images = np.random.RandomState(0).rand(2, 3, 8, 8).astype(np.float32)
    theirs.eval()
    ours.set_train(False)
    assert_same(ours(Tensor(images)), theirs(torch.from_numpy(images)).detach(), 1e-5)
