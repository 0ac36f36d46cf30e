"""Configs of LSD, as the paper and its released code say."""

import numpy as np
import pytest
from leaves import read
from mmcv.transforms import Compose
from mmseg.registry import DATASETS

from mmuda.datasets.taxonomy import read_taxonomy

LSD = {
    'lsd_synthia': (512, 1024, 16),
    'lsd_gta5': (512, 1024, 19),
    'lsd_640x320_synthia': (320, 640, 16),
    'lsd_512x256_synthia': (256, 512, 16),
    'source-only_640x320_synthia': (320, 640, 16),
    'lsd-feature-space_synthia': (320, 640, 16),
    'lsd-no-patch_synthia': (320, 640, 16),
    'lsd-no-auxiliary_synthia': (320, 640, 16),
    'lsd-released-code_synthia': (320, 640, 19),
}


@pytest.mark.parametrize('name', LSD)
def test_sizes_and_classes_of_lsd(name):
    """Sect. 4, Table 3; images keep their aspect ratio, the test sees them whole."""
    height, width, classes = LSD[name]
    cfg = read(f'lsd/{name}_cityscapes')
    assert cfg.model.get('segmentor', cfg.model).decode_head.num_classes == classes
    domains = cfg.train_dataloader.dataset
    pipelines = [domains.source.pipeline, cfg.test_dataloader.dataset.pipeline]
    shapes = []
    for pipeline, size in zip(pipelines, [(760, 1280), (1024, 2048)], strict=True):
        steps = [s for s in pipeline if s.type in ('Resize', 'RandomCrop')]
        results = dict(img=np.zeros((*size, 3), np.uint8), seg_fields=[])
        shapes.append(
            (Compose(steps)(results)['img'] if steps else results['img']).shape
        )
    whole = (1024, 2048) if 'released' in name else (height, width)
    assert shapes == [(height, width, 3), (*whole, 3)]


@pytest.mark.parametrize('name', ['lsd', 'lsd-released-code'])
def test_lsd(name):
    """Sect. 4, and train.py of the released code; alpha and beta in terms of means."""
    cfg = read(f'lsd/{name}_synthia_cityscapes')
    released = name != 'lsd'
    gan = dict(type='Adam', lr=1e-4 if released else 2e-4, betas=(0.7, 0.999))
    expected = dict(critic=gan, generator=gan, segmentor=dict(type='Adam', lr=1e-5))
    assert [phase.name for phase in cfg.model.phases] == list(expected)
    for phase, optimizer in expected.items():
        assert cfg.optim_wrapper[phase].optimizer == optimizer
    assert (cfg.train_cfg.max_iters, cfg.train_dataloader.batch_size) == (100_000, 2)
    objective = cfg.model.objectives.alignment
    # The segmentation loss is a sum over 320 x 640 pixels, those of D over 40 x 80.
    assert objective.alpha == objective.beta == 0.1 * (40 * 80) / (320 * 640)
    # Of L_G relative to the labelling loss: sums of 40 x 80, and a mean.
    weights = dict(auxiliary=1.0, adversarial=0.1, reconstruction=1 / 3200)
    assert objective.get('generator_weights') == (weights if released else None)
    assert objective.get('labels_real', False) == released
    if released:
        (step,) = cfg.param_scheduler.segmentor
        assert step.milestones == [8 * 2975 * n for n in (1, 2, 3, 4)]
        assert cfg.optim_wrapper.segmentor.paramwise_cfg == dict(bias_lr_mult=2.0)
        assert cfg.param_scheduler.critic == cfg.param_scheduler.generator == []
    else:
        assert cfg.param_scheduler == []


def test_lsd_on_an_unseen_domain():
    """Table 5: CamVid in the ids of the 16 classes, ten of which it has."""
    cfg = read('lsd/lsd-camvid_synthia_cityscapes')
    assert cfg.model == read('lsd/lsd_synthia_cityscapes').model
    test = {k: v for k, v in cfg.test_dataloader.dataset.items() if k != 'pipeline'}
    dataset = DATASETS.build(dict(test, pipeline=[], lazy_init=True))
    camvid, classes = read_taxonomy('camvid11').classes, dataset.metainfo['classes']
    assert classes == tuple(read_taxonomy('cityscapes16').classes)
    labels = dataset.get_label_map(classes)
    named = {camvid[i]: classes[n] for i, n in labels.items() if i < 11 and n != 255}
    assert len(set(named.values())) == 10
    assert set(camvid) - set(named) == {'bicyclist'}
    assert named['pavement'] == 'sidewalk'
    assert cfg.test_evaluator == dict(type='SegmentationMetric')
