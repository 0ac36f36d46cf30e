"""Classical translators against scikit-image, NumPy, the papers and invariants."""

import math

import numpy as np
import pytest
import torch

from mmuda.models.translators.classical import (
    ColourTransfer,
    FourierAmplitude,
    GrayWorld,
    HistogramMatching,
    Reinhard,
    ReinhardLab,
)

POINTWISE = [ColourTransfer, GrayWorld, HistogramMatching, Reinhard, ReinhardLab]
SIZE = 32


def domain(seed, bands=3, levels=256, number=4):
    """Images with correlated bands and a skewed histogram."""
    rng = np.random.default_rng(seed)
    base = rng.gamma(2 + seed, levels / 20, (number, 1, SIZE, SIZE))
    own = rng.normal(levels / 8 * (seed + 1), levels / 16, (number, bands, SIZE, SIZE))
    mixed = base * rng.uniform(0.5, 1, (1, bands, 1, 1)) + own
    images = mixed.clip(0, levels - 1).round().astype(np.float32)
    return torch.from_numpy(images)


def fit(translator, **images):
    for name, batch in images.items():
        translator.observe(batch, name)
    return translator


@pytest.fixture
def pair():
    return dict(source=domain(0), target=domain(1))


def test_histogram_matching_equals_scikit_image(pair):
    exposure = pytest.importorskip('skimage.exposure')
    source, target = pair['source'][:1], pair['target'][:1]
    ours = fit(HistogramMatching(), source=source, target=target).translate(source)
    for band in range(3):
        theirs = exposure.match_histograms(
            source[0, band].numpy().astype(np.uint8),
            target[0, band].numpy().astype(np.uint8),
        )
        np.testing.assert_allclose(ours[0, band].numpy(), theirs, atol=1e-4)


@pytest.mark.parametrize('levels', [256, 65536])
def test_histogram_matching_is_that_of_whole_domains(levels):
    """Transcription: interpolate the target's quantiles at those of the source."""
    source, target = domain(0, 4, levels), domain(1, 4, levels)
    model = fit(HistogramMatching(bands=4, levels=levels), source=source, target=target)
    ours = model.translate(source[2:])
    for band in range(4):
        values = source[:, band].numpy().ravel()
        theirs = target[:, band].numpy().ravel()
        levels_t, counts = np.unique(theirs, return_counts=True)
        for place in (0, 17, 400):
            value = source[2, band].flatten()[place].item()
            quantile = (values <= value).mean()
            expected = np.interp(quantile, np.cumsum(counts) / theirs.size, levels_t)
            found = ours[0, band].flatten()[place].item()
            assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize('kind', [*POINTWISE[:4], FourierAmplitude])
def test_property_same_domain_stays(kind, pair):
    """Translated into its own domain an image stays what it is."""
    options = dict(size=SIZE, beta=0.0) if kind is FourierAmplitude else {}
    images = pair['source'][:1]
    model = fit(kind(**options), source=images, target=images)
    if kind is GrayWorld:
        images = model.translate(images)
        model = fit(GrayWorld(), source=images, target=images)
    torch.testing.assert_close(model.translate(images), images, atol=2e-3, rtol=1e-4)


def test_gray_world_is_idempotent(pair):
    model = fit(GrayWorld(), **pair)
    once = model.translate(pair['source'])
    means = once.mean((0, 2, 3))
    torch.testing.assert_close(means, means.mean().expand(3), rtol=1e-5, atol=1e-3)
    assert means.mean().item() == pytest.approx(pair['source'].mean().item(), rel=1e-5)
    again = fit(GrayWorld(), source=once, target=pair['target']).translate(once)
    torch.testing.assert_close(again, once, rtol=1e-5, atol=1e-3)


def test_colour_transfer_gives_mean_and_covariance_of_the_target():
    source, target = domain(0, 4), domain(1, 4)
    model = fit(ColourTransfer(bands=4), source=source, target=target)
    ours, theirs = (
        images.movedim(1, 0).flatten(1).double()
        for images in (model.translate(source), target)
    )
    torch.testing.assert_close(ours.mean(1), theirs.mean(1), rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(ours.cov(), theirs.cov(), rtol=1e-3, atol=1e-2)


def test_colour_transfer_of_grey_images_stays_finite(pair):
    grey = pair['source'][:, :1].expand(-1, 3, -1, -1)
    model = fit(ColourTransfer(), source=grey, target=pair['target'])
    assert model.translate(grey).isfinite().all()
    assert model.translate(grey).abs().max() < 2000


def test_reinhard_gives_means_and_deviations_of_the_target(pair):
    ours = fit(Reinhard(), **pair).translate(pair['source'])
    for moment in (torch.mean, torch.std):
        torch.testing.assert_close(
            moment(ours, (0, 2, 3)),
            moment(pair['target'], (0, 2, 3)),
            rtol=1e-4,
            atol=1e-3,
        )


def test_reinhard_lab_by_hand():
    """One pixel, with the matrices of Reinhard et al. 2001 written out."""
    source, target = domain(0) + 1, domain(1) + 1

    def to_lab(rgb):
        r, g, b = rgb
        cones = [
            0.3811 * r + 0.5783 * g + 0.0402 * b,
            0.1967 * r + 0.7244 * g + 0.0782 * b,
            0.0241 * r + 0.1288 * g + 0.8444 * b,
        ]
        long, m, s = np.log10(cones)
        return np.array(
            [
                (long + m + s) / math.sqrt(3),
                (long + m - 2 * s) / math.sqrt(6),
                (long - m) / math.sqrt(2),
            ]
        )

    ours, theirs = (
        to_lab(x.movedim(1, 0).flatten(1).double().numpy()) for x in (source, target)
    )
    moved = (ours - ours.mean(1, keepdims=True)) * (
        theirs.std(1, keepdims=True) / ours.std(1, keepdims=True)
    ) + theirs.mean(1, keepdims=True)
    model = fit(ReinhardLab(), source=source, target=target)
    found = model.translate(source).movedim(1, 0).flatten(1).double().numpy()
    np.testing.assert_allclose(to_lab(found)[:, :50], moved[:, :50], atol=2e-3)


def test_rejects_lab_of_four_bands():
    with pytest.raises(ValueError, match='red, green and blue, got bands=4'):
        ReinhardLab(bands=4)


def test_fourier_by_hand(pair):
    """FDA, Eq. 3, on a shifted spectrum, with the mean amplitude of the target."""
    beta, centre = 0.1, SIZE // 2
    reach = int(beta * SIZE)
    model = fit(FourierAmplitude(size=SIZE, beta=beta), **pair)
    image = pair['source'][0, 1].double().numpy()
    targets = pair['target'][:, 1].double().numpy()
    spectrum = np.fft.fftshift(np.fft.fft2(image))
    amplitude, phase = np.abs(spectrum), np.angle(spectrum)
    swapped = np.fft.fftshift(np.abs(np.fft.fft2(targets)), (1, 2)).mean(0)
    box = np.s_[
        centre - reach : centre + reach + 1, centre - reach : centre + reach + 1
    ]
    amplitude[box] = swapped[box]
    expected = np.fft.ifft2(np.fft.ifftshift(amplitude * np.exp(1j * phase))).real
    found = model.translate(pair['source'])[0, 1].numpy()
    np.testing.assert_allclose(found, expected, atol=1e-2)


def test_fourier_tiles_agree_with_the_scene(pair):
    """A crop at a multiple of the stride equals the scene, a halo from its border."""
    model = fit(FourierAmplitude(size=SIZE, beta=0.05), **pair)
    scene = torch.rand((1, 3, 5 * SIZE, 6 * SIZE + 7)) * 255
    whole = model.translate(scene)
    assert whole.shape == scene.shape
    top, left, margin = model.stride, 3 * model.stride, model.halo
    tile = model.translate(scene[..., top : top + 4 * SIZE, left : left + 4 * SIZE])
    here = np.s_[
        ..., top + margin : top + 4 * SIZE - margin, left + margin : left + 2 * SIZE
    ]
    there = np.s_[..., margin:-margin, margin : 2 * SIZE]
    torch.testing.assert_close(tile[there], whole[here], rtol=0, atol=1e-2)


@pytest.mark.parametrize('options', [dict(size=31), dict(size=32, beta=0.5)])
def test_rejects_a_size_or_beta_out_of_range(options):
    with pytest.raises(ValueError, match='must be'):
        FourierAmplitude(**options)


@pytest.mark.parametrize('kind', POINTWISE)
def test_order_and_batches_of_the_fit_do_not_matter(kind, pair):
    whole = fit(kind(), **pair)
    piecewise = kind()
    for name, images in pair.items():
        for image in images.flip(0):
            piecewise.observe(image[None], name)
    outputs = [m.translate(pair['source']) for m in (whole, piecewise)]
    torch.testing.assert_close(*outputs, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize('kind', [*POINTWISE, FourierAmplitude])
def test_invalid_pixels_never_enter(kind, pair):
    """What stands at invalid pixels changes nothing, and they are not counted."""
    options = dict(size=SIZE) if kind is FourierAmplitude else {}
    outputs = []
    for filling in (0, 255):
        model = kind(**options)
        for name, images in pair.items():
            valid = torch.ones((4, 1, SIZE, SIZE), dtype=torch.bool)
            valid[0, :, :9] = False
            images = images.clone()
            images[0, :, :9] = filling
            model.observe(images, name, valid)
        outputs.append(model.translate(pair['source'][1:]))
    assert torch.equal(*outputs)
    if kind is Reinhard:
        pixels = model.get_buffer('source_pixels')
        assert pixels == 4 * SIZE**2 - 9 * SIZE


@pytest.mark.parametrize('kind', [*POINTWISE, FourierAmplitude])
def test_checkpoint(kind, pair):
    options = dict(size=SIZE) if kind is FourierAmplitude else {}
    model, fresh = fit(kind(**options), **pair), kind(**options)
    with pytest.raises(ValueError, match=f'{kind.__name__} was not fitted'):
        fresh.translate(pair['source'])
    fresh.load_state_dict(model.state_dict())
    outputs = [m.translate(pair['source']) for m in (model, fresh)]
    assert torch.equal(*outputs)
    assert outputs[0].dtype == torch.float32


def test_rejects_other_bands_domains_and_levels(pair):
    model = fit(HistogramMatching(levels=256), **pair)
    with pytest.raises(ValueError, match='has bands=3, got images of 4 bands'):
        model.translate(domain(0, 4))
    with pytest.raises(ValueError, match="source, target, got 'moon'"):
        model.translate(pair['source'], target='moon')
    with pytest.raises(ValueError, match='set `levels`'):
        model.observe(pair['source'] + 100, 'source')
    with pytest.raises(ValueError, match='set `size`'):
        FourierAmplitude(size=8).observe(pair['source'], 'source')


def test_panels(pair):
    from mmuda.models.domains import DomainBatch

    model = fit(Reinhard(), **pair)
    batch = {name: DomainBatch(images, []) for name, images in pair.items()}
    panels = model.panels(batch)
    torch.testing.assert_close(
        panels['source.reconstructed'], pair['source'], rtol=1e-4, atol=1e-2
    )
    assert torch.equal(model(pair['source']), panels['source.translated'])
