"""Self-training that is over within seconds: data, a source model, rounds."""

import numpy as np
from conftest import toy_segmentor
from mmengine.config import ConfigDict
from toy_needs import NOT_MEASURED, SCALED, write_source_model
from toy_run import make_data, write_config

from mmuda.datasets.rasters import encode_geotiff


def make_task(folder):
    """Data, and the config of a source model; one target image has nodata."""
    make_data(folder / 'data')
    rng = np.random.default_rng(1)
    image = rng.integers(1, 255, size=(16, 16, 3), dtype=np.uint8)
    image[:, :5] = 0
    bands = ('red', 'green', 'blue')
    file = folder / 'data/target/images/3.tif'
    file.write_bytes(encode_geotiff(image, bands, nodata=0))
    write_source_model(
        folder,
        NOT_MEASURED,
        segmentor=_segmentor(),
        scaling=SCALED,
        lr=0.05,
        max_iters=4,
    )
    return folder


def _segmentor():
    return toy_segmentor(norm=dict(type='BN'), dropout=0.5)


def write_rounds(home, name='rounds', rounds=2, **labels):
    """Config of rounds of self-training."""
    labels = dict(strategy='class_balanced', portion=[0.3, 0.6]) | labels
    config = write_config(home, name, **_self_training(), max_iters=6)
    with open(config, 'a') as text:
        text.write(
            f"source_model = 'plain.py'\npseudo_labels = {labels!r}\n"
            f'rounds = {rounds}\n{NOT_MEASURED}\n'
        )
    return config


def _self_training():
    """Model and optimizer of plain self-training."""
    model = ConfigDict(
        type='DomainAdaptor',
        segmentor=_segmentor(),
        data_preprocessor=dict(type='DomainDataPreprocessor', size_divisor=1, **SCALED),
        objectives=dict(
            supervision=dict(type='Supervision', phase='segmentor'),
            pseudo_labels=dict(type='PseudoLabelSupervision'),
        ),
        phases=[dict(name='segmentor', updates=['segmentor'])],
    )
    sgd = dict(optimizer=dict(type='SGD', lr=0.05, momentum=0.9))
    optimizers = dict(constructor='PhasedOptimWrapperConstructor', segmentor=sgd)
    return dict(model=model.to_dict(), optimizers=optimizers)
