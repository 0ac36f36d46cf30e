"""Two areas and a method that is trained within seconds."""

import numpy as np
from own_scenes import make, write_raster

CLASSES = ('field', 'forest', 'water')
METHOD = """
_base_ = ['mmuda::_base_/models/unet.py', 'mmuda::_base_/own/source_only.py']
optim_wrapper = _base_.from_scratch
demo = './tiny.py'
"""
TINY = """
model = dict(
    backbone=dict(
        base_channels=4, num_stages=2, strides=(1, 1), enc_num_convs=(1, 1),
        dec_num_convs=(1,), downsamples=(True,), enc_dilations=(1, 1),
        dec_dilations=(1,)),
    decode_head=dict(in_channels=4, channels=4, in_index=1))
train_cfg = dict(max_iters=4, val_interval=4)
train_dataloader = dict(batch_size=4)
param_scheduler = []
"""
POOL = """
pool = [dict(config={method!r}, source_only=True, alphas=(1.0,))]
"""


def make_areas(folder):
    """``a.tif`` with labels, a darker ``b.tif``, a method and a pool of it."""
    for name, seed, light in (('a', 0, 1.0), ('b', 1, 0.7)):
        image, labels = make(seed=seed)
        image = (light * image).astype(np.uint8)
        write_raster(folder / f'{name}.tif', image)
        write_raster(folder / f'{name}_labels.tif', labels)
    (folder / 'toy.py').write_text(METHOD)
    (folder / 'tiny.py').write_text(TINY)
    method = str(folder / 'toy.py')
    (folder / 'pool.py').write_text(POOL.format(method=method))
    return folder
