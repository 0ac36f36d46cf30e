"""UNIT: losses, phases, networks, inference."""

import pytest
import torch
from mmseg.registry import MODELS
from torch import nn
from toys import (
    assert_invalid_pixels_have_no_influence,
    assert_phases_learn,
    assert_tiles_equal_the_whole,
    build,
    domain_batches,
    estimate,
    losses_of,
)

VGG = dict(type='PerceptualLoss', init_cfg=dict(type='Pretrained', checkpoint='x.pth'))
OTHER = dict(source='target', target='source')


@pytest.fixture
def model():
    return build('UNIT', weights=dict(perceptual=0))


def mean_square(scores, wanted):
    """Sum over scales of the mean over locations, in a loop."""
    total = 0.0
    for scale in scores:
        values = [(float(score) - wanted) ** 2 for score in scale.flatten()]
        total += sum(values) / len(values)
    return total


def mean_absolute(ours, theirs):
    pairs = zip(ours.flatten().tolist(), theirs.flatten().tolist(), strict=True)
    differences = [abs(a - b) for a, b in pairs]
    return sum(differences) / len(differences)


def test_losses_of_the_generator(model):
    """dis_update and gen_update of the published code, one image after the other."""
    batch = domain_batches(number=1)
    found = losses_of(model, 'generator', batch)
    torch.manual_seed(1)
    with torch.no_grad():
        for domain, other in OTHER.items():
            x = batch[domain].inputs
            mu = model.encoders[domain](x)
            z = mu + torch.randn(mu.shape, dtype=mu.dtype)
            there = model.decoders[other](z)
            mu_there = model.encoders[other](there)
            z_there = mu_there + torch.randn(mu.shape, dtype=mu.dtype)
            wanted = dict(
                adversarial=1 * mean_square(model.discriminators[other](there), 1),
                reconstruction=10 * mean_absolute(model.decoders[domain](z), x),
                cycle=10 * mean_absolute(model.decoders[domain](z_there), x),
                kl=0.01 * sum(float(m) ** 2 for m in mu.flatten()) / mu.numel(),
                cycle_kl=0.01 * float((mu_there**2).sum()) / mu.numel(),
            )
            for name, loss in wanted.items():
                key = f'loss_{name}_{domain}'
                assert found.pop(key).item() == pytest.approx(loss), key
    assert not found


def test_losses_of_the_critic(model):
    batch = domain_batches(number=2)
    found = losses_of(model, 'critic', batch)
    torch.manual_seed(1)
    with torch.no_grad():
        for other, domain in OTHER.items():
            mu = model.encoders[other](batch[other].inputs)
            fake = model.decoders[domain](mu + torch.randn(mu.shape, dtype=mu.dtype))
            judge = model.discriminators[domain]
            loss = mean_square(judge(fake), 0)
            loss += mean_square(judge(batch[domain].inputs), 1)
            key = f'loss_critic_{domain}'
            assert found.pop(key).item() == pytest.approx(loss)
    assert not found


def test_networks_equal_pytorchs_own(model):
    """c7s1, d, d, R, R, u, u, c7s1 written with torch.nn alone."""

    class Residual(nn.Sequential):
        def forward(self, x):
            return x + super().forward(x)

    def conv(before, after, kernel, stride, border):
        return nn.ReflectionPad2d(border), nn.Conv2d(before, after, kernel, stride)

    def residual(width):
        one, two = conv(width, width, 3, 1, 1), conv(width, width, 3, 1, 1)
        norm = nn.InstanceNorm2d(width)
        return Residual(*one, norm, nn.ReLU(), *two, norm)

    class Layer(nn.GroupNorm):
        def __init__(self, width):
            super().__init__(1, width)

    encoder = nn.Sequential(
        *(*conv(3, 4, 7, 1, 3), nn.InstanceNorm2d(4), nn.ReLU()),
        *(*conv(4, 8, 4, 2, 1), nn.InstanceNorm2d(8), nn.ReLU()),
        *(*conv(8, 16, 4, 2, 1), nn.InstanceNorm2d(16), nn.ReLU()),
        residual(16),
    )
    decoder = nn.Sequential(
        residual(16),
        *(nn.UpsamplingNearest2d(scale_factor=2), *conv(16, 8, 5, 1, 2)),
        *(Layer(8), nn.ReLU()),
        *(nn.UpsamplingNearest2d(scale_factor=2), *conv(8, 4, 5, 1, 2)),
        *(Layer(4), nn.ReLU(), *conv(4, 3, 7, 1, 3), nn.Tanh()),
    )
    for ours, theirs in (
        (model.encoders['source'], encoder.double()),
        (model.decoders['source'], decoder.double()),
    ):
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            other.data = mine.data
    x = domain_batches()['source'].inputs
    content = model.encoders['source'](x)
    torch.testing.assert_close(content, encoder(x))
    torch.testing.assert_close(model.decoders['source'](content), decoder(content))


def test_parameters_of_the_published_networks():
    """Summed from unit_gta2city_folder.yaml: 64 channels, 2 down, 4 residual blocks."""

    def conv(before, after, kernel):
        return after * (before * kernel**2 + 1)

    residuals = 4 * 2 * conv(256, 256, 3)
    encoder = conv(3, 64, 7) + conv(64, 128, 4) + conv(128, 256, 4) + residuals
    decoder = residuals + conv(256, 128, 5) + conv(128, 64, 5) + conv(64, 3, 7)
    decoder += 2 * (128 + 64)  # scale and shift of layer normalisation
    scale = conv(3, 64, 4) + conv(64, 128, 4) + conv(128, 256, 4)
    scale += conv(256, 512, 4) + conv(512, 1, 1)
    model = MODELS.build(dict(type='UNIT', weights=dict(perceptual=0)))
    for module, wanted in (
        (model.encoders, 2 * encoder),
        (model.decoders, 2 * decoder),
        (model.discriminators, 2 * 3 * scale),
    ):
        assert sum(p.numel() for p in module.parameters()) == wanted
    assert (encoder, decoder, scale) == (5_385_856, 5_754_627, 2_757_057)
    assert (model.stride, model.halo) == (4, 88)


def test_starts_as_published(model):
    """Kaiming for the generators, N(0, 0.02) for the discriminators, biases 0."""
    model = MODELS.build(dict(type='UNIT', weights=dict(perceptual=0)))
    model.init_weights()
    for module, std in (
        (model.encoders['source'].layers[9].first, (2 / (256 * 9)) ** 0.5),
        (model.discriminators['target'].scales[2][6], 0.02),
    ):
        assert module.weight.std().item() == pytest.approx(std, rel=0.02)
        assert not module.bias.any()
    scale = model.decoders['source'].layers[2].weight
    assert 0 <= scale.min() < 0.2 < 0.8 < scale.max() <= 1


def test_gradients_reach_the_modules_of_a_phase(model):
    assert_phases_learn(model, domain_batches())


def test_invalid_pixels_have_no_influence(model):
    assert_invalid_pixels_have_no_influence(model)


def test_tiles_equal_the_whole(model):
    assert_tiles_equal_the_whole(model)


@pytest.mark.parametrize(('source', 'target'), OTHER.items())
def test_translation_decodes_the_mean(model, source, target):
    """With the domain's moments; on the images they are of, those of the patch."""
    batch = domain_batches(number=1)
    estimate(model, batch)
    images = model.to_files(batch[source].inputs, source)
    with torch.no_grad():
        mean = model.encoders[source](batch[source].inputs)
        wanted = model.to_files(model.decoders[target](mean), target)
    state = torch.get_rng_state()
    found = model.translate(images, source, target)
    assert torch.equal(torch.get_rng_state(), state)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-3)


def test_any_number_of_bands():
    model = build('UNIT', bands=5, weights=dict(perceptual=0))
    batch = domain_batches(bands=5)
    assert_phases_learn(model, batch)
    estimate(model, batch)
    assert model.translate(batch['source'].inputs).shape == (2, 5, 32, 32)


def test_perceptual_loss_is_of_the_translation():
    model = build('UNIT', perceptual=VGG, weights=dict(perceptual=0.5))
    seen = []

    def perceptual(translated, original, valid):
        seen.append((translated, original, valid))
        return translated.sum()

    model.perceptual.forward = perceptual
    batch = domain_batches(masked=True)
    found = losses_of(model, 'generator', batch)
    for domain, (translated, original, valid) in zip(batch, seen, strict=True):
        assert found[f'loss_perceptual_{domain}'] == 0.5 * translated.sum()
        real = batch[domain].inputs.masked_fill(~batch[domain].valid, 0)
        assert torch.equal(original, real)
        assert valid is batch[domain].valid
    # VGG16 itself is in no phase.
    learned = {p for phase in model.phases for p in model.learnable(phase.name)}
    assert not learned & set(model.perceptual.parameters())


def test_rejects_a_perceptual_loss_without_network():
    with pytest.raises(ValueError, match=r'weight 1 but perceptual=None'):
        build('UNIT')


def test_rejects_a_perceptual_loss_of_four_bands():
    with pytest.raises(ValueError, match='got 4 bands, expected red, green and blue'):
        build('UNIT', bands=4, perceptual=VGG)


def test_rejects_weights_of_other_losses():
    with pytest.raises(ValueError, match=r"UNIT has no loss \['style'\], only"):
        build('UNIT', weights=dict(style=1))


def test_rejects_translation_before_moments_are_known(model):
    with pytest.raises(ValueError, match='has no domain moments'):
        model.translate(torch.rand(1, 3, 32, 32))
