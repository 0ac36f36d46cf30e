"""The project from outside the repository: a copy of it, and mmuda installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

from mmuda.datasets.rasters import encode_geotiff

PROJECT = Path(__file__).parents[1]
MMUDA = Path(__file__).parents[3]


def train(copy, *words, **environment):
    done = subprocess.run(
        [sys.executable, '-m', 'mmuda', 'train', 'configs/dann_villages.py', *words],
        cwd=copy,
        capture_output=True,
        text=True,
        env={**os.environ, 'PYTHONPATH': f'.:{MMUDA}', 'OMP_NUM_THREADS': '1'}
        | environment,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_trains_from_outside(tmp_path):
    rng = np.random.default_rng(0)
    for folder in ('a/images', 'a/labels', 'b/images'):
        (tmp_path / 'data' / folder).mkdir(parents=True)
    for i in range(2):
        labels = rng.integers(6, size=(32, 32), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f'data/a/labels/{i}.png'), labels)
        for village in 'ab':
            image = rng.integers(256, size=(32, 32, 3), dtype=np.uint8)
            file = tmp_path / f'data/{village}/images/{i}.tif'
            file.write_bytes(encode_geotiff(image, ('nir', 'red', 'green')))
    copy = shutil.copytree(PROJECT, tmp_path / 'elsewhere')
    options = (
        'train_cfg.max_iters=2',
        'train_dataloader.batch_size=4',
        'train_dataloader.num_workers=0',
        'train_dataloader.persistent_workers=False',
        'model.backbone.init_cfg=None',
    )
    train(copy, '--cfg-options', *options, VILLAGES=str(tmp_path / 'data'))
    assert (copy / 'work_dirs/configs/dann_villages/iter_2.pth').is_file()


def test_demo_from_outside(tmp_path):
    """Made-up cities stand in for the villages; nothing is trained before."""
    copy = shutil.copytree(PROJECT, tmp_path / 'elsewhere')
    options = ('--cfg-options', 'train_cfg.max_iters=2', 'warm_start=False')
    train(copy, '--demo', *options)
    assert (copy / 'work_dirs/demo/configs/dann_villages/iter_2.pth').is_file()
