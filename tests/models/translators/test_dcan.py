"""DCAN's image generator: alignment, losses, inference."""

import pytest
import torch
from mmseg.registry import MODELS
from toys import (
    assert_invalid_pixels_have_no_influence,
    assert_phases_learn,
    assert_tiles_equal_the_whole,
    domain_batches,
    estimate,
    losses_of,
)

from mmuda.models.backbones.vgg16 import vgg19_features
from mmuda.models.translators.dcan import VGG19Encoder


@pytest.fixture
def model():
    torch.manual_seed(0)
    model = MODELS.build(dict(type='DCANGenerator', base_channels=2))
    model.encoder.init_weights()
    return model.double()


def test_an_untrained_decoder_lets_its_features_through():
    """He et al. 2015: values keep their size from layer to layer."""
    torch.manual_seed(0)
    model = MODELS.build(dict(type='DCANGenerator', base_channels=16))
    model.init_weights()
    images = model.decoder(torch.rand(4, 128, 8, 8))
    assert images.std((2, 3)).mean() > 0.1


def statistics(features):
    """Mean and standard deviation of every channel of one image, in a loop."""
    found = []
    for channel in features[0]:
        values = channel.flatten().tolist()
        mean = sum(values) / len(values)
        variance = sum((v - mean) ** 2 for v in values) / len(values)
        found.append((mean, (variance + 1e-5) ** 0.5))
    return found


def align(features, style):
    """Wu et al. 2018: std_t (f - mean_s) / std_s + mean_t, channel by channel."""
    aligned = features.clone()
    pairs = zip(statistics(features), style, strict=True)
    for number, (ours, theirs) in enumerate(pairs):
        normal = (features[0, number] - ours[0]) / ours[1]
        aligned[0, number] = theirs[1] * normal + theirs[0]
    return aligned


def test_losses(model):
    """Huang and Belongie 2017, Eq. 11 to 13, as mean squares."""
    batch = domain_batches(number=1)
    found = losses_of(model, 'generator', batch)
    with torch.no_grad():
        content = model.encoder(batch['source'].inputs)[-1]
        styles = [statistics(f) for f in model.encoder(batch['target'].inputs)]
        aligned = align(content, styles[-1])
        encoded = model.encoder(model.decoder(aligned))
    distance = ((encoded[-1] - aligned) ** 2).mean()
    assert found.pop('loss_content').item() == pytest.approx(distance.item())
    total = 0.0
    for features, style in zip(encoded, styles, strict=True):
        for a, b in zip(statistics(features), style, strict=True):
            total += ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / len(style)
    assert found.pop('loss_style').item() == pytest.approx(10 * total)
    assert not found


def test_translates_with_the_mean_statistics_of_the_target(model):
    """Of its patches, each of them weighing alike; as in training else."""
    batch = domain_batches(number=1)
    more = domain_batches(number=2, seed=1)
    model.estimate_code('target', [batch['target'], more['target']])
    images = [*batch['target'].inputs, *more['target'].inputs]
    with torch.no_grad():
        found = [statistics(model.encoder(image[None])[-1]) for image in images]
        mean = torch.tensor(found, dtype=torch.double).mean(0).tolist()
        content = model.encoder(batch['source'].inputs)[-1]
        expected = model.decoder(align(content, mean))
        made = model.generate(batch['source'].inputs, 'source', 'target')
    torch.testing.assert_close(made, expected)


def test_pictures_of_training_show_the_style_of_the_batch(model):
    """That of the whole target is not known yet; without any, images are flat."""
    batch = domain_batches(number=1)
    with torch.no_grad():
        style = statistics(model.encoder(batch['target'].inputs)[-1])
        content = model.encoder(batch['source'].inputs)[-1]
        expected = model.to_files(model.decoder(align(content, style)), 'target')
        found = model.panels(batch)
    assert set(found) == {'source', 'source.translated'}
    torch.testing.assert_close(found['source.translated'], expected)
    assert (found['source.translated'].std((2, 3)) > 0).all()


def test_only_the_decoder_learns(model):
    assert_phases_learn(model, domain_batches())


def test_invalid_pixels(model):
    assert_invalid_pixels_have_no_influence(model)


def test_no_seams(model):
    assert_tiles_equal_the_whole(model)


def test_refuses_to_translate_before_it_knows_the_target(model):
    batch = domain_batches()
    image = torch.rand(1, 3, 32, 32, dtype=torch.double)
    model.estimate_moments(('source', 'target'), [batch['source']])
    with pytest.raises(ValueError, match='no style code of the target yet'):
        model.translate(image)
    estimate(model, batch)
    assert model.translate(image).shape == image.shape


def test_refuses_other_bands():
    with pytest.raises(ValueError, match='got 4 bands, expected 3'):
        MODELS.build(dict(type='DCANGenerator', bands=4))


def test_is_torchvisions_vgg19():
    """Its first nine convolutions, of which the last is conv4_1."""
    with torch.device('meta'):
        names = dict(VGG19Encoder().named_parameters())
        layers = vgg19_features()
    places = (0, 2, 5, 7, 10, 12, 14, 16, 19)
    weights = [name for name in names if name.endswith('weight')]
    assert weights == [f'features.{i}.weight' for i in places]
    whole = sum(p.numel() for layer in layers for p in layer.parameters())
    assert whole == 20_024_384
