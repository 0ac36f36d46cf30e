"""What all translators have in common."""

import pytest
import torch
from conftest import toy_batch
from mmseg.registry import MODELS
from torch import Tensor, nn
from toys import domain_batches

from mmuda.models.layers.spatial_norm import InstanceNorm
from mmuda.models.translators import Translator, as_translator

PREPROCESSOR = dict(
    type='DomainDataPreprocessor',
    size_divisor=1,
    domains=dict(
        source=dict(mean=[100.0] * 3, std=[50.0] * 3),
        target=dict(mean=[1000.0] * 3, std=[200.0] * 3),
    ),
)


class Normalising(Translator):
    """One normalisation; knows only the way from source to target and back."""

    halo, stride = 0, 1

    def __init__(self) -> None:
        phases = [dict(name='generator', updates=['norm'])]
        super().__init__(phases, PREPROCESSOR)
        self.norm = InstanceNorm(3, affine=True)

    def generate(self, images: Tensor, source: str, target: str) -> Tensor:
        return self.norm(images)


@pytest.fixture
def model():
    return Normalising().double()


def test_a_translator_without_a_way_for_images_is_none():
    class Wayless(Translator):
        pass

    with pytest.raises(TypeError, match=r'abstract method.*generate'):
        Wayless([])


def test_network_range_and_units_of_files():
    """The same as the preprocessor's, and back."""
    model = Normalising()
    batch = toy_batch(('source', 'target'))
    domains = model.data_preprocessor(batch, True)
    for image, domain in zip(batch['inputs'], ('source', 'target'), strict=True):
        network = model.to_network(image[None], domain)
        torch.testing.assert_close(network, domains[domain].inputs)
        back = model.to_files(network, domain)
        torch.testing.assert_close(back, image[None], atol=1e-3, rtol=0)


def test_eight_bits_become_minus_one_to_one_by_default():
    model = MODELS.build(dict(type='ColorMapGAN', levels=2))
    values = torch.tensor([0.0, 127.5, 255]).expand(1, 3, 1, 3)
    assert model.to_network(values, 'source')[0, 0, 0].tolist() == [-1, 0, 1]


def test_translates_with_the_moments_of_the_domain(model):
    batches = [domain_batches(number=2, seed=i)['source'] for i in range(3)]
    model.estimate_moments(('source', 'target'), batches)
    images = torch.cat([batch.inputs for batch in batches])
    mean = images.mean((0, 2, 3))
    std = (images.var((0, 2, 3), correction=0) + 1e-5).sqrt()
    expected = (images - mean[:, None, None]) / std[:, None, None] * 200 + 1000
    translated = model.translate(images * 50 + 100)
    torch.testing.assert_close(translated, expected)
    assert not translated.requires_grad
    # Pixel by pixel, whatever is around it.
    part = model.translate(images[:1, :, 3:7, 5:9] * 50 + 100)
    torch.testing.assert_close(part, expected[:1, :, 3:7, 5:9])


def test_estimation_begins_anew(model):
    route = 'source', 'target'
    model.estimate_moments(route, [domain_batches(seed=1)['source']])
    first = [buffer.clone() for buffer in model.norm.buffers()]
    model.estimate_moments(route, [domain_batches(seed=2)['source']])
    model.estimate_moments(route, [domain_batches(seed=1)['source']])
    for before, after in zip(first, model.norm.buffers(), strict=True):
        assert torch.equal(before, after)


def test_values_of_invalid_pixels_have_no_influence(model):
    batch = domain_batches(masked=True)['source']
    image, valid = batch.inputs * 50 + 100, batch.valid
    spoilt = torch.where(valid, image, torch.tensor(float('nan')).double())
    for images in (image, spoilt):
        batch.inputs = model.to_network(images, 'source')
        model.estimate_moments(('source', 'target'), [batch])
        found = model.translate(images, valid=valid)
        if images is image:
            expected = found
    assert torch.equal(found, expected)
    assert found.isfinite().all()


def test_panels_are_there_and_back_with_moments_of_the_patch(model):
    batch = domain_batches(number=2)
    panels = model.panels(batch)
    assert list(panels) == [
        f'{domain}{kind}'
        for domain in ('source', 'target')
        for kind in ('', '.translated', '.reconstructed')
    ]
    image = batch['source'].inputs
    torch.testing.assert_close(panels['source'], image * 50 + 100)
    normal = nn.InstanceNorm2d(3)(image)
    torch.testing.assert_close(panels['source.translated'], normal * 200 + 1000)


def test_rejects_other_directions_and_missing_moments(model):
    image = torch.rand(1, 3, 4, 4)
    with pytest.raises(ValueError, match=r"not \('source', 'source'\)"):
        model.translate(image, 'source', 'source')
    with pytest.raises(ValueError, match='no domain moments from target to source'):
        model.translate(image, 'target', 'source')


def test_infer_translates_normalised_images(model):
    batch = domain_batches()['source']
    model.estimate_moments(('source', 'target'), [batch])
    files = model.translate(model.to_files(batch.inputs, 'source'))
    torch.testing.assert_close(
        model(batch.inputs, mode='tensor'), model.to_network(files, 'target')
    )


def test_as_translator(model):
    assert as_translator(model) is model
    with pytest.raises(ValueError, match='expected a Translator, got Linear'):
        as_translator(nn.Linear(1, 1))
