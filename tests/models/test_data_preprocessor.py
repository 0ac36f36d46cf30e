"""Splitting by domain, each with its own statistics."""

import pytest
import torch
from conftest import toy_batch
from mmengine.structures import PixelData
from mmseg.registry import MODELS


@pytest.fixture
def preprocessor():
    return MODELS.build(
        dict(
            type='DomainDataPreprocessor',
            size_divisor=1,
            domains=dict(
                source=dict(mean=[1.0, 2, 3, 4], std=[1.0, 1, 1, 2]),
                target=dict(mean=[0.0] * 4, std=[10.0] * 4),
            ),
        )
    )


def test_values(preprocessor):
    batch = toy_batch(('target', 'source', 'target'), bands=4)
    domains = preprocessor(batch, True)
    assert list(domains) == ['source', 'target']
    image = batch['inputs'][1]
    expected = torch.stack(
        [image[0] - 1, image[1] - 2, image[2] - 3, (image[3] - 4) / 2]
    )
    torch.testing.assert_close(domains['source'].inputs[0], expected)
    expected = torch.stack([batch['inputs'][0], batch['inputs'][2]]) / 10
    torch.testing.assert_close(domains['target'].inputs, expected)
    assert [len(domain) for domain in domains.values()] == [1, 2]


def test_predicts_with_the_statistics_of_the_target(preprocessor):
    batch = toy_batch(('source',), bands=4)
    inputs = preprocessor(batch, False)['inputs']
    torch.testing.assert_close(inputs, torch.stack(batch['inputs']) / 10)


def test_rejects_samples_without_domain(preprocessor):
    batch = toy_batch(('source',), bands=4)
    batch['data_samples'][0].pop('domain')
    batch['data_samples'][0].set_metainfo(dict(img_path='a.tif'))
    with pytest.raises(ValueError, match=r'a\.tif carries no domain'):
        preprocessor(batch, True)


def mark_invalid(sample, rows, size=16):
    mask = torch.zeros(1, size, size, dtype=torch.bool)
    mask[:, :rows] = True
    sample.set_data(dict(invalid=PixelData(data=mask)))


def test_valid_is_what_is_not_marked_invalid(preprocessor):
    batch = toy_batch(('source', 'target', 'source'), bands=4)
    mark_invalid(batch['data_samples'][2], rows=3)
    domains = preprocessor(batch, True)
    assert domains['target'].valid is None
    expected = torch.ones(2, 1, 16, 16, dtype=torch.bool)
    expected[1, :, :3] = False
    assert torch.equal(domains['source'].valid, expected)


def test_padding_is_not_valid(preprocessor):
    small, large = (
        toy_batch(('source',), bands=4, size=8),
        toy_batch(('source',), bands=4, size=16),
    )
    mark_invalid(small['data_samples'][0], rows=1, size=8)
    batch = {key: small[key] + large[key] for key in small}
    valid = preprocessor(batch, True)['source'].valid
    expected = torch.ones(2, 1, 16, 16, dtype=torch.bool)
    expected[0] = False
    expected[0, 0, 1:8, :8] = True
    assert torch.equal(valid, expected)


def test_normalisation_of_a_domain(preprocessor):
    mean, std = preprocessor.normalisation('source')
    assert mean.flatten().tolist() == [1, 2, 3, 4]
    assert std.flatten().tolist() == [1, 1, 1, 2]
    assert preprocessor.normalisation('another') == (0, 1)
