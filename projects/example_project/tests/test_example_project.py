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
    done = subprocess.run(
        [
            sys.executable,
            '-m',
            'mmuda',
            'train',
            'configs/dann_villages.py',
            '--work-dir',
            str(tmp_path / 'run'),
            '--cfg-options',
            'train_cfg.max_iters=2',
            'train_dataloader.batch_size=4',
            'train_dataloader.num_workers=0',
            'train_dataloader.persistent_workers=False',
            'model.segmentor.backbone.init_cfg=None',
        ],
        cwd=copy,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            'VILLAGES': str(tmp_path / 'data'),
            'PYTHONPATH': '.',
            'OMP_NUM_THREADS': '1',
        },
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (tmp_path / 'run' / 'iter_2.pth').is_file()
