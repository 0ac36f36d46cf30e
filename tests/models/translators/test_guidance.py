"""What a frozen segmentor asks of a translator: BDL's and CyCADA's losses."""

import numpy as np
import pytest
import torch
from conftest import toy_segmentor
from mmseg.registry import MODELS
from toys import (
    assert_invalid_pixels_have_no_influence,
    assert_phases_learn,
    domain_batches,
    losses_of,
)

from mmuda.models.frozen_segmentor import FrozenSegmentor

MEANS = dict(source=[100.0, 110.0, 120.0], target=[90.0, 80.0, 70.0])
STD = 50.0


def segmentor():
    """Of three classes; its domains are normalised each in its own way."""
    torch.manual_seed(1)
    domains = {d: dict(mean=mean, std=[STD] * 3) for d, mean in MEANS.items()}
    cfg = dict(
        type='DomainAdaptor',
        segmentor=toy_segmentor(norm=dict(type='BN'), dropout=0.5),
        objectives=dict(supervision=dict(type='Supervision', phase='all')),
        phases=[dict(name='all', updates=['segmentor'])],
        data_preprocessor=dict(
            type='DomainDataPreprocessor', rgb_to_bgr=True, domains=domains
        ),
    )
    return MODELS.build(cfg).double()


def translator(kind, guide=None, **weights):
    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='CycleGAN',
            generator=dict(channels=4, num_residuals=1),
            discriminator=dict(type='PatchGANDiscriminator', channels=4, num_layers=1),
            pool_size=0,
            guidance=dict(type=kind, **weights),
        )
    ).double()
    model.guidance.use(FrozenSegmentor(guide or segmentor()))
    return model


def normal(scores):
    """Instance normalisation of one image's scores, written out."""
    mean = scores.mean((1, 2), keepdims=True)
    deviation = np.sqrt(((scores - mean) ** 2).mean((1, 2), keepdims=True) + 1e-5)
    return (scores - mean) / deviation


def perceptual(original, translated, reconstructed):
    """BDL's compute_semantic_loss, weighted by 0.1 and by 10."""
    there = ((normal(translated) - normal(original)) ** 2).mean()
    back = ((normal(reconstructed) - normal(original)) ** 2).mean()
    return dict(loss_perceptual=0.1 * there, loss_perceptual_cycle=10 * back)


def semantic(original, translated, reconstructed):
    """Cross-entropy with the most probable class before, pixel by pixel."""
    del reconstructed
    total = 0.0
    _, height, width = original.shape
    for i in range(height):
        for j in range(width):
            exponentials = np.exp(translated[:, i, j])
            share = exponentials[original[:, i, j].argmax()] / exponentials.sum()
            total -= np.log(share)
    return dict(loss_semantic=total / (height * width))


LOSSES = {
    'SegmentationPerceptualLoss': perceptual,
    'SemanticConsistencyLoss': semantic,
}


@pytest.mark.parametrize('kind', LOSSES)
@torch.no_grad()
def test_losses_are_those_of_the_papers(kind):
    """Of both directions; an image is seen as one of the domain that it passes for."""
    model, guide = translator(kind), segmentor().eval()
    batch = domain_batches(number=1, size=16)

    def scores(images, domain):
        """Network range to 8 bits, red and blue exchanged, the domain's mean."""
        files = 127.5 * images + 127.5
        mean = torch.tensor(MEANS[domain]).double().view(3, 1, 1)
        return guide.segmentor((files.flip(1) - mean) / STD, mode='tensor')[0].numpy()

    expected = {}
    for here, there in (('source', 'target'), ('target', 'source')):
        real = batch[here].inputs
        fake = model.generators[there](real)
        back = model.generators[here](fake)
        said = scores(real, here), scores(fake, there), scores(back, here)
        for name, value in LOSSES[kind](*said).items():
            expected[name] = expected.get(name, 0.0) + value
    losses = losses_of(model, 'generator', batch)
    assert losses.keys() - expected.keys() == {'loss_adversarial', 'loss_cycle'}
    for name, value in expected.items():
        assert float(losses[name]) == pytest.approx(value), name


@pytest.mark.parametrize('kind', LOSSES)
def test_the_segmentor_never_learns(kind):
    """Gradients pass through it to the generators; it is no part of the translator."""
    guide = segmentor()
    model = translator(kind, guide).train()
    before = {k: v.clone() for k, v in guide.state_dict().items()}
    assert_phases_learn(model, domain_batches(number=1, size=16))
    assert not any(p.requires_grad or p.grad is not None for p in guide.parameters())
    assert not guide.training
    assert all(torch.equal(v, before[k]) for k, v in guide.state_dict().items())
    assert not [key for key in model.state_dict() if 'guid' in key or 'segm' in key]


@pytest.mark.parametrize('kind', LOSSES)
def test_invalid_pixels_have_no_influence(kind):
    assert_invalid_pixels_have_no_influence(translator(kind))


def test_a_plain_segmentor_guides_as_well():
    """Its preprocessor takes images of both domains alike."""
    plain = toy_segmentor()
    plain.data_preprocessor = dict(
        type='RasterDataPreprocessor', mean=MEANS['source'], std=[STD] * 3
    )
    torch.manual_seed(1)
    model = MODELS.build(plain)
    images = 255 * torch.rand(1, 3, 16, 16)
    normalised = (images - torch.tensor(MEANS['source']).view(3, 1, 1)) / STD
    for domain in ('source', 'target'):
        found = FrozenSegmentor(model).scores(images, domain)
        torch.testing.assert_close(found, model(normalised, mode='tensor'))


def test_says_what_is_missing():
    model = translator('SemanticConsistencyLoss')
    model.guidance.use(None)
    with pytest.raises(ValueError, match='has no segmentor: name its config by `froz'):
        losses_of(model, 'generator', domain_batches(number=1, size=16))
    plain = toy_segmentor()
    plain.data_preprocessor = dict(type='SegDataPreProcessor')
    with pytest.raises(ValueError, match='is a SegDataPreProcessor, expected a Raster'):
        FrozenSegmentor(MODELS.build(plain))
