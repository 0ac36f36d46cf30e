"""ClassMix against its transcription, pixel by pixel; the strong augmentation."""

import math

import numpy as np
import pytest
import torch
from conftest import toy_batch
from mmengine.structures import PixelData
from scipy.ndimage import gaussian_filter
from toy_objectives import begin, build

from mmuda.models.draws import rng_of
from mmuda.models.objectives.class_mix import class_masks
from mmuda.models.strong_augmentation import StrongAugmentation, blurred, jittered

OFF = dict(jitter_prob=0.0, blur_prob=0.0)


def mixing(**settings):
    settings = dict(augmentation=OFF, **settings)
    return build(
        dict(
            mix=dict(type='ClassMix', **settings),
            teacher=dict(type='MeanTeacher', threshold=0.4),
        )
    )[0]


def mixed(model, batch):
    domains = begin(model, batch)
    losses = model.phase_losses('segmentor', domains)
    return domains, losses


@pytest.mark.parametrize(('share', 'number'), [(0.0, 0), (0.5, 2), (0.7, 3), (1.0, 3)])
def test_mask_shows_so_many_classes_whole(share, number):
    labels = torch.tensor([[0, 0, 5, 255], [7, 5, 0, 255], [7, 7, 5, 255]])
    seen = set()
    rngs = [np.random.default_rng(seed) for seed in range(30)]
    for mask in class_masks(labels.expand(30, -1, -1), share, rngs):
        chosen = set(labels[mask].tolist())
        assert len(chosen) == number
        assert not mask[labels == 255].any()
        assert all(mask[labels == c].all() for c in chosen)
        seen.add(frozenset(chosen))
    assert len(seen) == math.comb(3, number)


def test_image_without_labels_gives_nothing():
    labels = torch.full((1, 4, 4), 255)
    assert not class_masks(labels, 0.5, [np.random.default_rng(0)]).any()


def test_mixture_is_the_transcription():
    """Images, labels, weights and what is valid, with nodata in both domains."""
    model = mixing()
    batch = toy_batch(size=32)
    for i, sample in enumerate(batch['data_samples']):
        invalid = torch.zeros(1, 32, 32, dtype=torch.bool)
        invalid[:, 4 * i : 4 * i + 6, :20] = True
        sample.invalid = PixelData(data=invalid)
    torch.manual_seed(3)
    domains, losses = mixed(model, batch)
    torch.manual_seed(3)
    masks = []
    source, target, found = (domains[n] for n in ('source', 'taught', 'mixed'))
    weights = torch.zeros(2, 32, 32)
    for n, sample in enumerate(found.data_samples):
        rng = rng_of(target.data_samples[n], 'mixed')
        truth = source.data_samples[n].gt_sem_seg.data[0]
        classes = sorted(set(truth[truth != 255].tolist()))
        chosen = [classes[i] for i in rng.permutation(len(classes))[:2]]
        theirs = target.data_samples[n]
        for i, j in torch.cartesian_prod(torch.arange(32), torch.arange(32)):
            pasted = truth[i, j].item() in chosen
            image = source.inputs if pasted else target.inputs
            label = truth if pasted else theirs.gt_sem_seg.data[0]
            own = theirs.pseudo_weight.data[0, i, j]
            weights[n, i, j] = 1.0 if pasted else own
            torch.testing.assert_close(found.inputs[n, :, i, j], image[n, :, i, j])
            assert sample.gt_sem_seg.data[0, i, j] == label[i, j]
            assert found.valid[n, 0, i, j] == (pasted or target.valid[n, 0, i, j])
        masks.append(chosen)
    logits = model.segmentor(found.inputs, mode='tensor')
    logits = torch.nn.functional.interpolate(logits, 32, mode='bilinear')
    labels = torch.cat([s.gt_sem_seg.data for s in found.data_samples])
    expected = torch.nn.functional.cross_entropy(
        logits, labels, reduction='none', ignore_index=255
    )
    expected = (weights * expected).sum() / (labels != 255).sum()
    torch.testing.assert_close(losses['mix.decode.loss_ce'], expected)


def test_draws_follow_from_the_place_in_the_stream():
    """Not from the other images of the mini-batch, nor from the global generator."""
    model = mixing()
    batch = toy_batch(size=16)
    for i, sample in enumerate(batch['data_samples']):
        sample.set_metainfo(dict(stream_seed=i))
    whole = mixed(model, batch)[0]['mixed'].inputs
    half = {key: values[2:] for key, values in batch.items()}
    torch.manual_seed(9)
    assert torch.equal(mixed(model, half)[0]['mixed'].inputs[0], whole[1])


def test_sources_take_turns():
    model = mixing(share=1.0)
    names = ('source_0', 'source_1', 'target', 'target', 'target')
    domains, _ = mixed(model, toy_batch(names, size=16))
    images = domains['mixed'].inputs
    for n, name in enumerate(('source_0', 'source_1', 'source_0')):
        torch.testing.assert_close(images[n], domains[name].inputs[0])


def test_rejects_images_of_another_size():
    model = mixing()
    batch = toy_batch(('source',), size=32)
    for key, values in toy_batch(('target',), size=16).items():
        batch[key] += values
    with pytest.raises(ValueError, match='crop source and target to the same size'):
        mixed(model, batch)
    with pytest.raises(ValueError, match=r'share must be in \[0, 1\], got 2'):
        mixing(share=2)


def test_normalisation_is_undone_for_the_augmentation():
    """Twice as bright is twice the values of the file, whatever the normalisation."""
    model = mixing(share=0.0)
    model.objectives['mix'].augment = lambda images, valid, rngs: 2 * images
    common = model.data_preprocessor.common
    common._enable_normalize = True
    common.register_buffer('mean', torch.tensor([0.1, 0.2, 0.3]).view(3, 1, 1))
    common.register_buffer('std', torch.tensor([2.0, 3.0, 4.0]).view(3, 1, 1))
    batch = toy_batch(size=16)
    domains, _ = mixed(model, batch)
    expected = (2 * torch.stack(batch['inputs'])[1::2] - common.mean) / common.std
    torch.testing.assert_close(domains['mixed'].inputs, expected)


@pytest.mark.parametrize('bands', [1, 3, 6])
def test_jitter_is_the_formula(bands):
    images = torch.rand(2, bands, 8, 8)
    factors = torch.tensor([[1.1, 0.8, 1.3], [0.9, 1.2, 0.7]])
    of_bands = torch.rand(2, bands)
    valid = torch.rand(2, 1, 8, 8) > 0.3
    found = jittered(images, valid, factors, of_bands)
    for n, (brightness, contrast, saturation) in enumerate(factors.tolist()):
        x = brightness * images[n].numpy()
        mean = np.mean([x[:, i, j] for i, j in valid[n, 0].nonzero().tolist()])
        x = mean + contrast * (x - mean)
        for i, j in np.ndindex(8, 8):
            grey = x[:, i, j].mean()
            pixel = grey + saturation * (x[:, i, j] - grey)
            pixel = pixel * of_bands[n].numpy()
            np.testing.assert_allclose(found[n, :, i, j], pixel, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('bands', [1, 3, 5])
def test_blur_is_a_gaussian(bands):
    """Each image with its own, however far that of another one reaches."""
    sigmas = 0.15, 1.15, 2.0
    images = torch.rand(3, bands, 24, 20)
    found = blurred(images, sigmas)
    for n, sigma in enumerate(sigmas):
        radius = max(1, math.ceil(4 * sigma))
        for band in range(bands):
            expected = gaussian_filter(
                images[n, band].numpy(), sigma, mode='mirror', radius=radius
            )
            np.testing.assert_allclose(found[n, band], expected, atol=1e-5)


def test_blur_is_no_coarser_in_half_precision():
    images = 1e4 * torch.rand(2, 3, 16, 16)
    with torch.autocast('cpu', torch.bfloat16):
        found = blurred(images, (0.5, 1.0))
    assert torch.equal(found, blurred(images, (0.5, 1.0)))


def test_image_is_augmented_by_itself():
    """Whatever happens to the others of the mini-batch."""
    images = torch.rand(4, 3, 16, 16)
    valid = torch.rand(4, 1, 16, 16) > 0.2
    augment = StrongAugmentation(jitter_prob=0.5)
    rngs = [np.random.default_rng(i) for i in range(4)]
    together = augment(images, valid, rngs)
    for i, image in enumerate(images):
        alone = augment(image[None], valid[i : i + 1], [np.random.default_rng(i)])
        torch.testing.assert_close(together[i : i + 1], alone)


def test_augmentation_happens_as_often_as_said():
    images = torch.rand(1, 3, 8, 8)
    augment = StrongAugmentation(jitter_prob=0.8, blur_prob=0.0)
    changed = sum(
        not torch.equal(augment(images, None, [np.random.default_rng(i)]), images)
        for i in range(400)
    )
    assert 280 < changed < 360
    augment = StrongAugmentation(**OFF)
    assert torch.equal(augment(images, None, [np.random.default_rng(0)]), images)
    for settings in (dict(jitter=2), dict(sigma=(0, 1)), dict(blur_prob=-1)):
        with pytest.raises(ValueError, match=next(iter(settings))):
            StrongAugmentation(**settings)
