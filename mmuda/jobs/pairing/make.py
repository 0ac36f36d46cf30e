"""From a config and a strategy to a mapping."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import broadcast_object_list
from mmengine.registry import init_default_scope
from torch import nn

from mmuda.files import remove_leftovers, sha256_of, temporary_folder_name
from mmuda.jobs.pairing.images import PairingImages
from mmuda.jobs.pairing.options import PairingOptions
from mmuda.jobs.pairing.strategies import NEED_MODEL, ORACLES, STRATEGIES
from mmuda.pairing import Mapping


def make_mapping(
    cfg: Config,
    strategy: str,
    options: PairingOptions = PairingOptions(),  # noqa: B008  # frozen
    *,
    checkpoint: str | None = None,
    model: nn.Module | None = None,
    scratch: str | Path | None = None,
) -> Mapping:
    """A mapping M between the training images of a config.

    Args:
        cfg: A config whose training dataset has one source and a target.
        strategy: One of :data:`~mmuda.jobs.pairing.strategies.STRATEGIES`.
        options: See :class:`~mmuda.jobs.pairing.options.PairingOptions`.
        checkpoint: Weights of the model f^S trained on the source.
        model: The model itself, instead of a checkpoint.
        scratch: Folder in which arrays may lie meanwhile; the system's by default.

    Raises:
        ValueError: If the strategy is unknown or lacks what it needs.
    """
    oracle = strategy in ORACLES
    with pairing_images(
        cfg, options, checkpoint, model, scratch, oracle=oracle
    ) as images:
        return map_images(images, strategy, options)


@contextmanager
def pairing_images(
    cfg: Config,
    options: PairingOptions,
    checkpoint: str | None = None,
    model: nn.Module | None = None,
    scratch: str | Path | None = None,
    *,
    oracle: bool = False,
) -> Iterator[PairingImages]:
    """The images of a config, with a folder for their arrays that is removed after."""
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    remove_leftovers(scratch or tempfile.gettempdir())
    prefix = temporary_folder_name('pairing')
    with tempfile.TemporaryDirectory(prefix=prefix, dir=scratch) as own:
        folder = [own]
        broadcast_object_list(folder)
        yield PairingImages(
            cfg,
            Path(folder[0]),
            options.device,
            checkpoint,
            model,
            oracle,
            options.amp,
        )


def map_images(
    images: PairingImages, strategy: str, options: PairingOptions
) -> Mapping:
    """A mapping M of images; see :func:`make_mapping`."""
    if strategy not in STRATEGIES:
        raise ValueError(
            f'strategy must be one of {", ".join(STRATEGIES)}, got {strategy!r}'
        )
    if strategy in NEED_MODEL and not images.predicts:
        raise ValueError(f'{strategy} needs the checkpoint of a source model')
    if images.checkpoint is not None and not Path(images.checkpoint).is_file():
        raise FileNotFoundError(f'checkpoint {images.checkpoint} does not exist')
    if options.top_k > len(images.target):
        raise ValueError(
            f'top_k is {options.top_k}, expected at most {len(images.target)}, the '
            'number of target images'
        )
    if options.coarse and options.coarse > max(images.size):
        raise ValueError(
            f'coarse is {options.coarse}, expected at most {max(images.size)}, the '
            'edge of the images'
        )
    if strategy == 'feature_mmd' and options.tap is None:
        tap = (images.cfg.get('pairing') or {}).get('tap')
        options = replace(options, tap=tap)
    settings = {
        'strategy': strategy,
        'oracle': strategy in ORACLES,
        'seed': images.cfg.randomness.seed,
        'options': options.deciding(strategy),
    }
    if strategy in NEED_MODEL and images.checkpoint is not None:
        settings['checkpoint_sha256'] = sha256_of(images.checkpoint)
    if strategy in NEED_MODEL and options.amp:
        settings['amp'] = True
    if images.checkpoint is not None:
        images.predict_with(options.deciding(strategy).get('alpha'))
    found = STRATEGIES[strategy](images, options)
    return Mapping.make(
        *images.sets, found.partners, found.scores, {**settings, **found.settings}
    )
