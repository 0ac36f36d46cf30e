"""The adapted segmentor as a plain MMSeg model, config and checkpoint."""

from pathlib import Path

import torch
from mmengine.config import Config

from mmuda.engine.checkpoint import load_checked
from mmuda.files import write_atomically
from mmuda.jobs.config import load_config
from mmuda.models.data_preprocessor import MEASURED

PREFIX = 'segmentor.'


def export_segmentor(config: str, checkpoint: str, out: str) -> tuple[Path, Path]:
    """Write the segmentor of an adapted model for use without its objectives.

    Images are normalised as the adaptor does it for its ``predict_domain``. The
    model needs mmuda no more, unless its images have neither one band nor three.
    The test pipeline is that of the config.

    Args:
        config: Config of the adaptor.
        checkpoint: Its checkpoint.
        out: Where to write, without suffix: ``<out>.py`` and ``<out>.pth``.

    Returns:
        The two files.

    Raises:
        ValueError: If the config's model, or the checkpoint, is no adaptor's.
    """
    cfg = load_config(config)
    if cfg.model.type != 'DomainAdaptor':
        raise ValueError(f'{config} trains a {cfg.model.type}, not a DomainAdaptor')
    content = load_checked(checkpoint, map_location='cpu')
    weights = {
        key[len(PREFIX) :]: value
        for key, value in content['state_dict'].items()
        if key.startswith(PREFIX)
    }
    if not weights:
        raise ValueError(f'{checkpoint} holds no weights below {PREFIX!r}')
    plain = Config(
        dict(
            default_scope='mmseg',
            model=dict(
                cfg.model.segmentor, data_preprocessor=_preprocessor(cfg, content)
            ),
            test_pipeline=cfg.test_dataloader.dataset.pipeline,
            test_dataloader=cfg.test_dataloader,
            test_evaluator=cfg.test_evaluator,
            test_cfg=cfg.test_cfg,
        )
    )
    files = Path(f'{out}.py'), Path(f'{out}.pth')
    files[0].parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(files[0]) as text:
        text.write(plain.pretty_text)
    with write_atomically(files[1], 'wb') as binary:
        dataset_meta = content.get('meta', {}).get('dataset_meta')
        torch.save(
            dict(state_dict=weights, meta=dict(dataset_meta=dataset_meta)), binary
        )
    return files


def _preprocessor(cfg: Config, content: dict) -> dict:
    """MMSeg's own preprocessor where it knows so many bands, else ours."""
    settings = dict(cfg.model.data_preprocessor)
    domains = settings.pop('domains', None) or {}
    domain = settings.pop('predict_domain', 'target')
    settings |= domains.get(domain, {})
    if settings.get('mean') == MEASURED:
        mean = content['state_dict'][f'data_preprocessor.domains.{domain}.mean']
        settings['mean'] = mean.flatten().tolist()
    known = len(settings.get('mean') or [0]) in (1, 3)
    settings['type'] = 'SegDataPreProcessor' if known else 'RasterDataPreprocessor'
    return settings
