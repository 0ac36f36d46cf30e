"""The perceptual loss."""

import pytest
import torch
from mmseg.registry import MODELS

from mmuda.models.losses.perceptual import normalised_distance

CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


def weights(folder):
    """A checkpoint of VGG16 as torchvision's is laid out, of random numbers."""
    torch.manual_seed(0)
    network = build(folder / 'none.pth').features
    state = {f'features.{k}': v for k, v in network.state_dict().items()}
    state['classifier.0.weight'] = torch.zeros(2)
    torch.save(state, folder / 'vgg16.pth')
    return folder / 'vgg16.pth'


def build(checkpoint):
    init_cfg = dict(type='Pretrained', checkpoint=str(checkpoint))
    return MODELS.build(dict(type='PerceptualLoss', init_cfg=init_cfg))


def test_is_torchvisions_vgg16(tmp_path):
    """Its layers up to relu5_3: 13 convolutions, 14,714,688 parameters."""
    loss = build(tmp_path)
    names = [n for n, _ in loss.features.named_parameters() if n.endswith('weight')]
    assert names == [f'{i}.weight' for i in CONVOLUTIONS]
    assert sum(p.numel() for p in loss.parameters()) == 14_714_688
    assert not any(p.requires_grad for p in loss.parameters())
    assert loss.features(torch.zeros(1, 3, 64, 64)).shape == (1, 512, 4, 4)


def test_loads_its_weights(tmp_path):
    checkpoint = weights(tmp_path)
    loss = build(checkpoint)
    loss.init_weights()
    loss.init_weights()  # mmengine leaves it at once
    for name, value in torch.load(checkpoint).items():
        if name.startswith('features'):
            assert torch.equal(loss.state_dict()[name], value)


def test_distance_matches_the_formula():
    """Instance normalisation of the valid part by hand, in double precision."""
    torch.manual_seed(0)
    first, second = torch.rand(2, 2, 3, 4, 5, dtype=torch.double)
    valid = torch.rand(2, 1, 4, 5) > 0.4
    total, number = 0.0, 0
    for n in range(2):
        inside = [(i, j) for i in range(4) for j in range(5) if valid[n, 0, i, j]]
        for c in range(3):
            normal = []
            for features in (first, second):
                values = [float(features[n, c, i, j]) for i, j in inside]
                mean = sum(values) / len(values)
                variance = sum((v - mean) ** 2 for v in values) / len(values)
                normal.append([(v - mean) / (variance + 1e-5) ** 0.5 for v in values])
            total += sum((a - b) ** 2 for a, b in zip(*normal, strict=True))
            number += len(inside)
    found = normalised_distance(first, second, valid)
    assert found.item() == pytest.approx(total / number)
    whole = normalised_distance(first, second, torch.ones_like(valid))
    torch.testing.assert_close(whole, normalised_distance(first, second, None))
    assert normalised_distance(first, second, torch.zeros_like(valid)) == 0


def test_gradient_goes_to_the_translation_alone(tmp_path):
    loss = build(tmp_path)
    images = [torch.rand(1, 3, 32, 32, requires_grad=True) for _ in range(2)]
    loss(*images).backward()
    assert images[0].grad.any()
    assert images[1].grad is None


def test_is_zero_for_the_same_image_and_sees_it_as_imagenet_did(tmp_path):
    loss = build(tmp_path)
    seen = []
    loss.features.register_forward_hook(lambda _m, x, _y: seen.append(x[0]))
    white = torch.ones(1, 3, 32, 32)
    assert loss(white, white) == 0
    wanted = [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]
    torch.testing.assert_close(seen[0][0, :, 0, 0], torch.tensor(wanted))


def test_rejects_other_bands(tmp_path):
    with pytest.raises(ValueError, match='got 4 bands, expected red, green and blue'):
        build(tmp_path)(torch.rand(1, 4, 32, 32), torch.rand(1, 4, 32, 32))


def test_rejects_no_pretrained_weights():
    with pytest.raises(ValueError, match=r"init_cfg None, expected dict\(type='Pre"):
        MODELS.build(dict(type='PerceptualLoss'))


def test_rejects_weights_of_another_network(tmp_path):
    torch.save({'conv1.weight': torch.zeros(2)}, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=r'other\.pth holds no features\.0\.weight'):
        build(tmp_path / 'other.pth').init_weights()
