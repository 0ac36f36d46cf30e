"""Mappings for the datasets of a config, against the definitions pair by pair."""

import numpy as np
import pytest
import torch
from conftest import toy_segmentor
from mmengine.dataset import pseudo_collate
from mmseg.registry import DATASETS, MODELS
from toy_run import make_data, write_config

from mmuda.engine.config import load_config
from mmuda.engine.pairing import make_mapping
from mmuda.pairing import approximate_similarity, semantic_similarity

PREPROCESSOR = dict(type='RasterDataPreprocessor', mean=[90.0] * 3, std=[50.0] * 3)


@pytest.fixture
def cfg(tmp_path):
    make_data(tmp_path / 'data')
    cfg = load_config(write_config(tmp_path))
    cfg.pairing.target_labels = cfg.val_dataloader.dataset
    return cfg


def labels(dataset):
    return [
        DATASETS.build(dataset)[i]['data_samples'].gt_sem_seg.data[0] for i in range(6)
    ]


def assert_best(mapping, table):
    partners = [int(name.removesuffix('.tif')) for name in mapping.target]
    assert partners == np.argmax(table, axis=1).tolist()
    np.testing.assert_allclose(mapping.score, np.max(table, axis=1), rtol=1e-5)


def without_flips(cfg):
    for domain in ('source', 'target'):
        pipeline = cfg.train_dataloader.dataset[domain].pipeline
        pipeline[:] = [step for step in pipeline if step['type'] != 'RandomFlip']
    return cfg


def test_ground_truth_is_an_oracle(cfg):
    mapping = make_mapping(without_flips(cfg), 'ground_truth')
    assert mapping.manifest['oracle'] is True
    source = labels(cfg.train_dataloader.dataset.source)
    target = labels(cfg.val_dataloader.dataset)
    assert_best(mapping, [[semantic_similarity(s, t) for t in target] for s in source])


def test_approximation(cfg, tmp_path):
    torch.manual_seed(0)
    cfg.model = toy_segmentor()
    cfg.model.data_preprocessor = PREPROCESSOR
    model = MODELS.build(cfg.model).eval()
    file = str(tmp_path / 'f.pth')
    torch.save(dict(state_dict=model.state_dict()), file)
    mapping = make_mapping(without_flips(cfg), 'approximation', file)
    assert mapping.manifest['oracle'] is False
    assert len(mapping.manifest['checkpoint_sha256']) == 64

    target = DATASETS.build(cfg.train_dataloader.dataset.target)
    with torch.no_grad():
        probabilities = [
            model.test_step(pseudo_collate([target[i]]))[0].seg_logits.data.softmax(0)
            for i in range(6)
        ]
    source = labels(cfg.train_dataloader.dataset.source)
    table = [[approximate_similarity(s, p) for p in probabilities] for s in source]
    assert_best(mapping, table)


def test_random_depends_on_the_seed(cfg):
    first, again = make_mapping(cfg, 'random'), make_mapping(cfg, 'random')
    cfg.randomness.seed = 1
    other = make_mapping(cfg, 'random')
    assert first.target == again.target != other.target
    assert first.manifest['seed'] == 0


def test_rejects(cfg):
    with pytest.raises(ValueError, match=r"must be random, .* got 'best'"):
        make_mapping(cfg, 'best')
    with pytest.raises(ValueError, match=r'needs the checkpoint of a source model'):
        make_mapping(cfg, 'approximation')
    cfg.pairing = dict(strategy='ground_truth')
    with pytest.raises(ValueError, match=r'ground_truth is an oracle'):
        make_mapping(cfg, 'ground_truth')
