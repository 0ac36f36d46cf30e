"""Batch statistics of the target for a model that is trained already."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from rich.progress import track
from torch import Tensor, nn

from mmuda.datasets.domain import seeded
from mmuda.engine.checkpoint import load_checked, read_weights, save_checkpoint
from mmuda.files import sha256_of
from mmuda.jobs.demo import use_stand_ins
from mmuda.jobs.domains import target_images
from mmuda.jobs.trained_model import load_model
from mmuda.models.normalisation import (
    STATISTICS,
    add_statistics,
    batch_norms,
    check_alpha,
    measure_statistics,
)
from mmuda.pairing import ImageSet

MEASURED = 'measured'  # in a checkpoint: what its statistics were measured on


def split_alpha(text: str) -> tuple[str, float | None]:
    """``NAME@ALPHA`` in its parts; None without an @, which folders may have.

    Raises:
        ValueError: If there is no number in [0, 1] behind the @.
    """
    name, at, alpha = text.rpartition('@')
    if not at or Path(alpha).name != alpha:
        return text, None
    try:
        return name, check_alpha(float(alpha))
    except ValueError as error:
        raise ValueError(
            f'{text}: behind @ comes a number in [0, 1], got {alpha!r}'
        ) from error


def alpha_suffix(alpha: float | None) -> str:
    """``@ALPHA``, empty for None: what names are told apart by."""
    return '' if alpha is None else f'@{alpha:g}'


def declared_alpha(cfg: Config) -> float | None:
    """Batch statistics that an adaptor predicts with, None for a plain segmentor."""
    if 'segmentor' not in cfg.model:
        return None
    return (cfg.model.get('statistics') or {}).get('alpha', 1.0)


def alpha_for_run(model: Config, run: Config) -> float | None:
    """Batch statistics that a model predicts the target with, for a run to learn from.

    Args:
        model: Config of the model.
        run: Config of the run.

    Returns:
        None for those that the model declares; those of the run for a plain segmentor.
    """
    return declared_alpha(run) if declared_alpha(model) is None else None


def with_target_images(cfg: Config) -> Config:
    """The config with the target's unlabelled training images as its ``target``.

    Raises:
        ValueError: If it names no target.
    """
    if cfg.train_dataloader.dataset.get('target') is not None:
        return cfg
    found = target_images(cfg)
    if found is None:
        raise ValueError(
            f'{cfg.filename} names no `target`, and no data set of it: there is '
            'nothing to measure statistics on'
        )
    placed = deepcopy(cfg)
    placed.train_dataloader.dataset.target = found
    if cfg.get('cut_down') == 'demo':
        use_stand_ins(placed)
    return placed


def has_statistics(checkpoint: str | Path) -> bool:
    """Whether a checkpoint holds batch statistics by domain."""
    return any(name.startswith('statistics.') for name in read_weights(checkpoint))


def measured_file(checkpoint: Path) -> Path:
    """Beside a checkpoint of a run, where what is measured for it is kept."""
    return checkpoint.with_name(f'target_statistics_of_{checkpoint.name}')


def is_measured(cfg: Config, checkpoint: Path) -> bool:
    """Whether :func:`measured_file` is there, of these weights on these images.

    Args:
        cfg: Of its run.
        checkpoint: It.
    """
    file = measured_file(checkpoint)
    if not file.is_file():
        return False
    measured = load_checked(str(file), map_location='cpu').get(MEASURED)
    return measured == _measured(with_target_images(cfg), checkpoint)


def with_statistics(cfg: Config, checkpoint: Path) -> Path:
    """A checkpoint that has statistics of the target: itself, or one beside it.

    Args:
        cfg: Of its run.
        checkpoint: It.
    """
    if has_statistics(checkpoint):
        return checkpoint
    file = measured_file(checkpoint)
    if not is_measured(cfg, checkpoint):
        measure_target(with_target_images(cfg), checkpoint, file)
    return file


def load_model_at(
    cfg: Config,
    checkpoint: str | Path,
    alpha: float | None,
    device: str | None = None,
) -> nn.Module:
    """As :func:`load_model`; statistics of the target are measured if there are none.

    A model of which no layer learns statistics keeps those that it has.
    """
    if alpha:
        checkpoint = with_statistics(cfg, Path(checkpoint))
        if not has_statistics(checkpoint):
            alpha = None
    return load_model(cfg, checkpoint, alpha, device)


def measure_target(
    cfg: Config,
    checkpoint: str | Path,
    out: str | Path,
    num_images: int = 512,
    batch_size: int = 16,
) -> Path:
    """Write a checkpoint that can be tested with statistics of the target.

    AdaBN (Li et al. 2016) is then ``tools/test.py --alpha 1``; nothing is trained.
    Those of the source are the model's own, or what its training kept.

    Args:
        cfg: From :func:`with_target_images`.
        checkpoint: Of the config's model, adapted or not.
        out: The new checkpoint.
        num_images: Training images of the target to measure on, evenly spaced.
        batch_size: Images per mini-batch, of which the statistics are means.

    Returns:
        ``out``.

    Raises:
        ValueError: If the checkpoint does not fit, or the target has a single image.
    """
    model = load_model(cfg, checkpoint)
    segmentor = getattr(model, 'segmentor', model)
    images = _images(cfg, model, num_images, batch_size)
    measured = measure_statistics(segmentor, images)
    content = load_checked(str(checkpoint), map_location='cpu')
    if 'state_dict' not in content:
        content = {'state_dict': content}
    weights = content['state_dict']
    prefix = '' if segmentor is model else 'segmentor.'
    add_statistics(weights, _kept(weights, segmentor), measured, prefix)
    content[MEASURED] = _measured(cfg, checkpoint)
    save_checkpoint(content, out)
    return Path(out)


def _measured(cfg: Config, checkpoint: str | Path) -> dict[str, str]:
    """Digests of the weights and of the images that statistics are measured on."""
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    target = cfg.train_dataloader.dataset.target
    images = ImageSet.of(DATASETS.build({**target, 'pipeline': []}))
    return {'weights': sha256_of(checkpoint), 'images': images.fingerprint}


def _kept(weights: dict[str, Tensor], segmentor: nn.Module) -> dict | None:
    """Those of the source that the checkpoint has already."""
    kept = {
        path: {n: weights.get(f'statistics.source.{path}.{n}') for n in STATISTICS}
        for path in batch_norms(segmentor)
    }
    missing = any(value is None for layer in kept.values() for value in layer.values())
    return None if missing else kept


def _images(
    cfg: Config, model: nn.Module, num_images: int, batch_size: int
) -> Iterator[Tensor]:
    """Preprocessed mini-batches, none of a single image."""
    dataset = DATASETS.build(cfg.train_dataloader.dataset.target)
    count = min(num_images, len(dataset))
    if count < 2:
        raise ValueError(
            f'batch statistics need at least two images, the target has {len(dataset)} '
            f'and num_images is {num_images}'
        )
    chosen = np.linspace(0, len(dataset) - 1, count).astype(int)
    parts = np.array_split(chosen, max(1, count // batch_size))
    for part in track(parts, 'images of the target'):
        samples = []
        for index in part:
            with seeded(int(index)):  # for pipelines that crop at random
                samples.append(dataset[int(index)])
        yield model.data_preprocessor(pseudo_collate(samples), False)['inputs']
