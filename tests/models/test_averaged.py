"""Several models as one: against the mean written out."""

import copy

import pytest
import torch
from conftest import toy_segmentor
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmuda.models.averaged import AveragedModel


def model(seed, mean):
    torch.manual_seed(seed)
    preprocessor = dict(
        type='SegDataPreProcessor', mean=[mean] * 3, std=[50.0] * 3, size=(16, 16)
    )
    cfg = toy_segmentor()
    cfg.data_preprocessor = preprocessor
    return MODELS.build(cfg).eval()


def batch():
    generator = torch.Generator().manual_seed(0)
    images = [255 * torch.rand((3, 16, 16), generator=generator) for _ in range(2)]
    meta = dict(img_shape=(16, 16), ori_shape=(16, 16), pad_shape=(16, 16))
    samples = [SegDataSample(metainfo=meta) for _ in images]
    return dict(inputs=images, data_samples=samples)


def test_it_says_the_mean_of_the_probabilities():
    """Each member sees the images as it normalises them."""
    models, data = [model(0, 90.0), model(1, 120.0), model(2, 0.0)], batch()
    before = [image.clone() for image in data['inputs']]
    found = AveragedModel(models).test_step(data)
    assert all(map(torch.equal, data['inputs'], before))
    for n, image in enumerate(before):
        total = 0
        for member in models:
            shown = (image - member.data_preprocessor.mean) / 50
            total = total + member(shown[None], mode='tensor').softmax(1)[0] / 3
        said = found[n].seg_logits.data.softmax(0)
        torch.testing.assert_close(said, total.detach())
        assert torch.equal(found[n].pred_sem_seg.data[0], total.argmax(0))


def test_one_model_is_its_own_mean():
    alone = model(0, 90.0)
    expected = alone.test_step(copy.deepcopy(batch()))
    found = AveragedModel([alone]).test_step(batch())
    for one, other in zip(found, expected, strict=True):
        assert torch.equal(one.pred_sem_seg.data, other.pred_sem_seg.data)
    with pytest.raises(ValueError, match='a mean needs at least one model'):
        AveragedModel([])
