"""What tests share: a segmentor small enough to train in milliseconds."""

import functools
import gc
import os

# Before NumPy is loaded: results must not depend on how many threads add up.
os.environ['OMP_NUM_THREADS'] = '1'

import pytest
import torch
import torch._dynamo  # a second of import in every fork, unless here
import yapf.yapflib.yapf_api as layout

os.environ['MPLBACKEND'] = 'Agg'
torch.set_num_threads(1)
# mmengine lays out the text of a config anew for every checkpoint, half a second each.
layout.FormatCode = lambda text, *_, **__: (text, False)

from mmengine.config import ConfigDict, config  # noqa: E402
from mmengine.registry import init_default_scope  # noqa: E402

import mmuda  # noqa: E402, F401

init_default_scope('mmseg')
# It asks anew for every base of MMSeg what is installed.
config.is_installed = functools.cache(config.is_installed)
# It collects garbage for every dataset as well: not among what was imported.
gc.collect()
gc.freeze()


@pytest.fixture(autouse=True)
def _in_temporary_folder(tmp_path, monkeypatch):
    """Commands write below the working folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def segmentor_cfg():
    """Two feature levels, a head of one convolution, no batch statistics."""
    return toy_segmentor()


def toy_segmentor(num_classes=3, bands=3, norm=None, dropout=0.0):
    """Config of an MMSeg EncoderDecoder with a one-block U-Net-like backbone."""
    return ConfigDict(
        type='EncoderDecoder',
        backbone=dict(
            type='UNet',
            in_channels=bands,
            base_channels=4,
            num_stages=2,
            strides=(1, 1),
            enc_num_convs=(1, 1),
            dec_num_convs=(1,),
            downsamples=(True,),
            enc_dilations=(1, 1),
            dec_dilations=(1,),
            norm_cfg=norm,
        ),
        decode_head=dict(
            type='FCNHead',
            in_channels=4,
            in_index=1,
            channels=4,
            num_convs=1,
            concat_input=False,
            dropout_ratio=dropout,
            num_classes=num_classes,
            norm_cfg=norm,
            align_corners=False,
            loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True),
        ),
        train_cfg=dict(),
        test_cfg=dict(mode='whole'),
    )


def toy_adaptor(tap='backbone.decoder.0', **segmentor):
    """Config of DANN on the toy segmentor."""
    return ConfigDict(
        type='DomainAdaptor',
        segmentor=toy_segmentor(**segmentor),
        data_preprocessor=dict(type='DomainDataPreprocessor', size_divisor=1),
        objectives=dict(
            supervision=dict(type='Supervision'),
            alignment=dict(
                type='FeatureAlignment',
                tap=tap,
                discriminator=dict(
                    type='InvertedBottleneckDiscriminator',
                    channels=(4, 4, 4),
                    norm_cfg=dict(type='GN', num_groups=1),
                ),
            ),
        ),
        phases=[
            dict(name='supervise', updates=['segmentor']),
            dict(name='critic', updates=['objectives.alignment.discriminator']),
            dict(name='align', updates=['segmentor.backbone']),
        ],
    )


def toy_optimizers(optimizer=None, **wrapper):
    """Config of the three optimizers of :func:`toy_adaptor`."""
    one = dict(optimizer=optimizer or dict(type='Adadelta'), **wrapper)
    return dict(
        constructor='PhasedOptimWrapperConstructor',
        supervise=one,
        critic=one,
        align=one,
    )


def toy_sample(domain, size=16, num_classes=3, seed=0, bands=3):
    """A random image and its data sample; labels on the source alone."""
    from mmengine.structures import PixelData
    from mmseg.structures import SegDataSample

    generator = torch.Generator().manual_seed(seed)
    meta = dict(domain=domain, img_shape=(size, size), ori_shape=(size, size))
    sample = SegDataSample(metainfo=meta)
    if domain.startswith('source'):
        labels = torch.randint(num_classes, (1, size, size), generator=generator)
        sample.gt_sem_seg = PixelData(data=labels)
    return torch.rand((bands, size, size), generator=generator), sample


def toy_batch(domains=('source', 'target', 'source', 'target'), seed=0, **options):
    """A collated mini-batch."""
    images, samples = zip(
        *(
            toy_sample(domain, seed=100 * seed + i, **options)
            for i, domain in enumerate(domains)
        ),
        strict=True,
    )
    return dict(inputs=list(images), data_samples=list(samples))
