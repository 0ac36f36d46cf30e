"""The mean of each domain: measured, kept in the checkpoint, exported."""

from types import SimpleNamespace

import pytest
import torch
from conftest import toy_adaptor
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmseg.registry import HOOKS, MODELS

from mmuda.jobs.export import _preprocessor

DOMAINS = dict(
    source=dict(mean='dataset'), target=dict(mean='dataset', std=[2.0, 2.0, 2.0])
)


class Images:
    """Two domains of images of any size."""

    def __init__(self):
        generator = torch.Generator().manual_seed(0)
        sizes = [(4, 6), (8, 3), (5, 5), (2, 2), (3, 3)]
        self.images = [
            torch.randint(256, (3, *size), generator=generator).byte() for size in sizes
        ]

    def indices(self, domain):
        return range(3) if domain == 'source' else range(3, 5)

    def __getitem__(self, index):
        return dict(inputs=self.images[index])


def build(domains=DOMAINS, **options):
    cfg = toy_adaptor()
    cfg.data_preprocessor = dict(
        type='DomainDataPreprocessor',
        size_divisor=1,
        mean=[1.0, 2.0, 3.0],
        std=[1.0, 1.0, 1.0],
        domains=domains,
        **options,
    )
    return MODELS.build(cfg)


def measure(model, images):
    loader = SimpleNamespace(dataset=images)
    logger = MMLogger.get_instance('test_dataset_mean')
    runner = SimpleNamespace(model=model, train_dataloader=loader, logger=logger)
    HOOKS.build(dict(type='DatasetMeanHook')).before_train(runner)
    return model, images


@pytest.fixture
def measured():
    return measure(build(), Images())


@pytest.mark.parametrize('swap', [False, True])
def test_training_images_have_mean_zero(swap):
    """Also where bands are swapped before the mean is taken off; and once more."""
    model, images = measure(build(rgb_to_bgr=swap), Images())
    measure(model, images)
    for domain in model.data_preprocessor.domains:
        preprocessor = model.data_preprocessor.domains[domain]
        inputs = [images[i]['inputs'] for i in images.indices(domain)]
        found = [preprocessor(dict(inputs=[x]), False)['inputs'][0] for x in inputs]
        pixels = torch.cat([x.flatten(1) for x in found], 1)
        torch.testing.assert_close(pixels.mean(1), torch.zeros(3), rtol=0, atol=1e-4)


def test_values(measured):
    """Over pixels, not over images: large images weigh more."""
    model, images = measured
    for domain, preprocessor in model.data_preprocessor.domains.items():
        pixels = [images[i]['inputs'].flatten(1) for i in images.indices(domain)]
        expected = torch.cat(pixels, 1).double().mean(1).float().view(3, 1, 1)
        torch.testing.assert_close(preprocessor.mean, expected)


def test_test_images_are_normalised_by_it(measured):
    model, images = measured
    image = images[3]['inputs']
    mean = model.data_preprocessor.domains['target'].mean
    found = model.data_preprocessor(dict(inputs=[image]), False)['inputs']
    torch.testing.assert_close(found[0], (image.float() - mean) / 2)


def test_checkpoint_keeps_it(measured):
    model, _ = measured
    again = build()
    again.load_state_dict(model.state_dict())
    for one, other in zip(
        model.data_preprocessor.domains.values(),
        again.data_preprocessor.domains.values(),
        strict=True,
    ):
        assert torch.equal(one.mean, other.mean)
        assert other.mean.any()


def test_a_given_mean_is_left_alone():
    model = build(dict(source=dict(mean=[7.0, 7.0, 7.0])))
    assert not model.data_preprocessor.measuring()
    assert not [key for key in model.state_dict() if 'data_preprocessor' in key]


def test_export_names_the_measured_mean(measured):
    model, _ = measured
    preprocessor = dict(type='DomainDataPreprocessor', std=[1.0] * 3, domains=DOMAINS)
    cfg = Config(dict(model=dict(data_preprocessor=preprocessor)))
    found = _preprocessor(cfg, model.state_dict())
    mean = model.data_preprocessor.domains['target'].mean.flatten().tolist()
    assert found == dict(
        type='SegDataPreProcessor', mean=mean, std=[2.0, 2.0, 2.0], bgr_to_rgb=True
    )
