"""The adapted segmentor as a plain MMSeg model, config and checkpoint."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS

from mmuda.engine.checkpoint import load_checked, load_strictly, save_checkpoint
from mmuda.engine.hooks.image_format import IMAGES_KEY
from mmuda.files import write_atomically
from mmuda.jobs.config import load_config
from mmuda.jobs.onnx import export_onnx
from mmuda.jobs.plain import plain_segmentor
from mmuda.jobs.prediction.model import load_predictor
from mmuda.jobs.translation.loading import is_translator
from mmuda.models.adaptor import DomainAdaptor
from mmuda.models.data_preprocessor import MEASURED
from mmuda.models.normalisation import blend_checkpoint

PREFIX = 'segmentor.'


def export_model(
    config: str,
    checkpoint: str,
    out: str,
    alpha: float | None = None,
    formats: Sequence[str] = ('mmseg',),
) -> list[Path]:
    """Write a segmentor for those who do not have mmuda.

    Args:
        config: Config that the model was trained by.
        checkpoint: Its checkpoint.
        out: Where to write, without suffix: ``<out>.py`` and ``<out>.pth``,
            ``<out>.onnx``, ``<out>_deepness.onnx``.
        alpha: See :func:`export_segmentor`.
        formats: Some of ``mmseg``, ``onnx`` and ``deepness`` (ONNX for QGIS's plugin).

    Returns:
        The files.

    Raises:
        ValueError: If the model can not be written in one of them.
    """
    files: list[Path] = []
    if 'mmseg' in formats:
        files += export_segmentor(config, checkpoint, out, alpha)
    predictor = None
    for name, suffix in (('onnx', '.onnx'), ('deepness', '_deepness.onnx')):
        if name in formats:
            predictor = predictor or load_predictor(
                config, checkpoint, alpha=alpha, device='cpu'
            )
            file = Path(f'{out}{suffix}')
            files.append(export_onnx(predictor, file, deepness=name == 'deepness'))
    return files


def export_segmentor(
    config: str, checkpoint: str, out: str, alpha: float | None = None
) -> tuple[Path, Path]:
    """Write a segmentor for MMSeg without mmuda, and without a data set.

    Images are normalised as it is done for the target. The config has what MMSeg's
    ``init_model`` and ``MMSegInferencer`` need: the model and a test pipeline for image
    files of 8 bits; the checkpoint has classes and colours.

    Args:
        config: Config that the model was trained by.
        checkpoint: Its checkpoint.
        out: Where to write, without suffix: ``<out>.py`` and ``<out>.pth``.
        alpha: Batch statistics between source (0) and target (1) in place of those that
            were declared in training.

    Returns:
        The two files.

    Raises:
        ValueError: If a part of the model has no counterpart in MMSeg, its images have
            neither one band nor three, or the checkpoint is of another model.
    """
    cfg = load_config(config)
    init_default_scope('mmseg')
    if is_translator(cfg):
        raise ValueError(
            f'{cfg.filename} trains a {cfg.model.type}, no segmentor: there is nothing '
            'to export to MMSeg'
        )
    content = load_checked(checkpoint, map_location='cpu')
    weights = content.get('state_dict', content)
    adapted = issubclass(MODELS.get(cfg.model.type), DomainAdaptor)
    prefix = PREFIX if adapted else ''
    if alpha is not None:
        blend_checkpoint(weights, alpha, prefix)
    preprocessor = _preprocessor(cfg, weights)
    own = _own_weights(weights, prefix, checkpoint)
    load_strictly(MODELS.build(deepcopy(cfg.model)), weights, checkpoint)
    segmentor = dict(cfg.model.segmentor if adapted else cfg.model)
    segmentor.pop('data_preprocessor', None)
    model, own = plain_segmentor(segmentor, own)
    meta = dict(dataset_meta=_dataset_meta(cfg, content))
    meta[IMAGES_KEY] = _images(cfg, content, _bands(preprocessor))
    plain = _plain_config(cfg, dict(model, data_preprocessor=preprocessor))
    return _write(plain, dict(state_dict=own, meta=meta), out)


def _write(cfg: Config, content: dict, out: str) -> tuple[Path, Path]:
    files = Path(f'{out}.py'), Path(f'{out}.pth')
    files[0].parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(files[0]) as text:  # appears when the other one is there
        text.write(cfg.pretty_text)
        text.flush()
        save_checkpoint(content, files[1])
    return files


def _own_weights(weights: dict, prefix: str, checkpoint: str) -> dict:
    own = {
        key.removeprefix(prefix): value
        for key, value in weights.items()
        if key.startswith(prefix) and not key.startswith('statistics.')
    }
    if not any(key.startswith('backbone.') for key in own):
        raise ValueError(f'{checkpoint} holds no weights of {prefix}backbone')
    return own


def _dataset_meta(cfg: Config, content: dict) -> dict:
    """Classes and colours: those that were trained on."""
    known = content.get('meta', {}).get('dataset_meta')
    if known and known.get('classes'):
        return dict(classes=tuple(known['classes']), palette=known.get('palette'))
    dataset = cfg.train_dataloader.dataset.source
    first = dataset[0] if isinstance(dataset, (list, tuple)) else dataset
    meta = DATASETS.build(dict(first, lazy_init=True)).metainfo
    return dict(classes=tuple(meta['classes']), palette=meta.get('palette'))


def _images(cfg: Config, content: dict, bands: int) -> dict:
    """What the model expects of images, for `mmuda predict`; see `ImageFormatHook`."""
    known = content.get('meta', {}).get(IMAGES_KEY) or {}
    domain = cfg.model.data_preprocessor.get('predict_domain', 'target')
    found = dict(known.get(domain) or next(iter(known.values()), {}))
    if found and bands == 3:  # blue, green, red
        known = {'bands': found['bands'][::-1]} if 'bands' in found else {}
        found |= dict(known, order=[2, 1, 0])
    return {domain: found} if found else {}


def _preprocessor(cfg: Config, weights: dict) -> dict:
    """MMSeg's own preprocessor, for images as OpenCV reads them: blue, green, red."""
    settings = dict(cfg.model.data_preprocessor)
    domains = settings.pop('domains', None) or {}
    domain = settings.pop('predict_domain', 'target')
    settings |= domains.get(domain, {})
    if settings.get('mean') == MEASURED:
        mean = weights[f'data_preprocessor.domains.{domain}.mean']
        settings['mean'] = mean.flatten().tolist()
    bands = _bands(settings)
    if bands not in (1, 3):
        raise ValueError(
            f'the model has images of {bands} bands; the preprocessor of MMSeg takes '
            'one or three'
        )
    if bands == 3:
        settings['bgr_to_rgb'] = not settings.pop('rgb_to_bgr', False)
    return {**settings, 'type': 'SegDataPreProcessor'}


def _bands(preprocessor: dict) -> int:
    return len(preprocessor.get('mean') or [0] * 3)


def _plain_config(cfg: Config, model: dict) -> Config:
    """The model, and what MMSegInferencer reads; there is no data set in it."""
    pipeline = _test_pipeline(cfg, bands=_bands(model['data_preprocessor']))
    visualizer = dict(
        type='SegLocalVisualizer',
        vis_backends=[dict(type='LocalVisBackend')],
        name='visualizer',
    )
    return Config(
        dict(
            default_scope='mmseg',
            model=model,
            test_pipeline=pipeline,
            test_dataloader=dict(dataset=dict(pipeline=pipeline)),
            visualizer=visualizer,
        )
    )


def _test_pipeline(cfg: Config, bands: int) -> list[dict]:
    """From an image file; of the config's own steps those that change its size."""
    colours = 'color' if bands == 3 else 'grayscale'
    # A target without labels is not tested on.
    tested = (cfg.get('test_dataloader') or {}).get('dataset') or {}
    known = tested.get('pipeline') or cfg.get('test_pipeline') or ()
    steps = [dict(step) for step in known if step.type in ('Resize', 'Pad')]
    return [
        dict(type='LoadImageFromFile', color_type=colours),
        *steps,
        dict(type='PackSegInputs'),
    ]
