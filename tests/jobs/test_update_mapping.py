"""Pairs that follow the model: the mapping changes, and resuming is exact."""

from pathlib import Path

import pytest
import torch
from mmengine.runner import Runner
from toy_run import make_data, write_config

from mmuda.jobs.config import load_config
from mmuda.pairing import Mapping


def config(tmp_path, name, workers=0, sampler='PairedSampler'):
    cfg = load_config(write_config(tmp_path, name, workers=workers, max_iters=8))
    cfg.train_dataloader.sampler.type = sampler
    cfg.custom_hooks = [dict(type='UpdateMappingHook', epochs=1)]
    cfg.default_hooks.checkpoint.interval = 4
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.work_dir = str(tmp_path / name)
    return cfg


def weights(folder):
    return torch.load(f'{folder}/iter_8.pth', weights_only=False)['state_dict']


@pytest.mark.parametrize('workers', [0, 1])
def test_pairs_anew_each_epoch_and_resumes_exactly(tmp_path, workers):
    make_data(tmp_path / 'data')
    cfg = config(tmp_path, 'whole', workers)
    runner = Runner.from_cfg(cfg)
    seen = []
    loss = runner.model.run_phases

    def watched(data, *args, **kwargs):
        samples = data['data_samples']
        seen.append([Path(s.img_path).name for s in samples])
        return loss(data, *args, **kwargs)

    runner.model.run_phases = watched
    runner.train()
    # Six source images, two pairs per iteration: an epoch has three iterations.
    made = sorted(p.name for p in Path(cfg.work_dir, 'mappings').glob('*.csv'))
    assert made == ['iter_3.csv', 'iter_6.csv']
    for begin, end in ((3, 6), (6, 8)):
        mapping = Mapping.load(f'{cfg.work_dir}/mappings/iter_{begin}.csv')
        partner = dict(zip(mapping.source, mapping.target, strict=True))
        for names in seen[begin:end]:
            for source, target in zip(names[0::2], names[1::2], strict=True):
                assert (target,) == partner[source]

    again = config(tmp_path, 'whole', workers)
    again.load_from, again.resume = f'{cfg.work_dir}/iter_4.pth', True
    again.work_dir = cfg.work_dir
    expected = weights(cfg.work_dir)
    Runner.from_cfg(again).train()
    resumed = weights(cfg.work_dir)
    assert all(torch.equal(expected[key], resumed[key]) for key in expected)


def test_rejects(tmp_path):
    make_data(tmp_path / 'data')
    cfg = config(tmp_path, 'other', sampler='SourceSampler')
    del cfg.train_dataloader.sampler['mapping']
    with pytest.raises(ValueError, match='needs a PairedSampler, got SourceSampler'):
        Runner.from_cfg(cfg).train()
    cfg.custom_hooks[-1]['epochs'] = 0
    with pytest.raises(ValueError, match='epochs must be at least 1, got 0'):
        Runner.from_cfg(cfg)
