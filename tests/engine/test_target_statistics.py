"""AdaBN: statistics of the target, estimated after the last iteration."""

import numpy as np
import torch
from conftest import toy_adaptor
from mmengine.dataset import pseudo_collate
from mmengine.runner import Runner
from mmseg.registry import MODELS
from toy_run import make_data, write_config

from mmuda.jobs.config import load_config


def test_statistics_are_those_of_the_target(tmp_path):
    make_data(tmp_path / 'data', number=4)
    model = toy_adaptor(norm=dict(type='BN')).to_dict()
    cfg = load_config(write_config(tmp_path, model=model, max_iters=2))
    cfg.custom_hooks.append(
        dict(type='TargetStatisticsHook', num_images=4, batch_size=2)
    )
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    for name in ('source', 'target'):
        pipeline = cfg.train_dataloader.dataset[name].pipeline
        pipeline[:] = [step for step in pipeline if step['type'] != 'RandomFlip']
    runner = Runner.from_cfg(cfg)
    runner.train()

    first = runner.model.segmentor.backbone.encoder[0][0].convs[0]
    dataset = runner.train_dataloader.dataset
    samples = [dataset[int(i)] for i in dataset.indices('target')]
    images = runner.model.data_preprocessor(pseudo_collate(samples), False)['inputs']
    with torch.no_grad():
        features = first.conv(images)
    expected = features.reshape(2, 2, 4, -1).transpose(1, 2).flatten(2).mean(-1).mean(0)
    torch.testing.assert_close(first.bn.running_mean, expected, rtol=1e-4, atol=1e-4)
    saved = MODELS.build(cfg.model)
    weights = torch.load(f'{cfg.work_dir}/iter_2.pth', weights_only=False)['state_dict']
    saved.load_state_dict(weights)
    kept = saved.segmentor.backbone.encoder[0][0].convs[0].bn.running_mean
    assert np.allclose(kept, first.bn.running_mean)
