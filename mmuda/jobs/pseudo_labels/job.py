"""One labelling of the target: what is labelled, by what, and what decides on it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from torch import nn

from mmuda.datasets.transforms.pseudo_labels import pseudo_label_name
from mmuda.engine.amp import channels_last, run_in_mixed_precision
from mmuda.files import sha256_of
from mmuda.jobs.data_sets import classes_of, is_label_loader, members_of
from mmuda.jobs.domains import name_domains
from mmuda.jobs.pseudo_labels.options import SPATIAL_PRIOR, resolve_options
from mmuda.jobs.statistics import (
    declared_alpha,
    load_model_at,
    with_target_images,
)
from mmuda.models.normalisation import check_alpha
from mmuda.pairing import ImageSet
from mmuda.pseudo_labels import STRATEGIES
from mmuda.version import __version__

FOLDER = 'labels'  # of the PNG files, below the folder of a job
LABELS = 'labels.json'
# Augmentations: what is labelled are the images as they are stored.
RANDOM_STEPS = ('Random', 'PhotoMetric')
PACK = dict(
    type='PackRaster',
    meta_keys=('img_path', 'ori_shape', 'img_shape', 'pad_shape', 'flip', 'nodata'),
)


@dataclass(frozen=True)
class LabellingJob:
    """What a manifest records.

    Args:
        cfg: Config of the model, with a target.
        checkpoint: Its checkpoint.
        out: Folder of the results.
        strategy: One of :data:`~mmuda.pseudo_labels.STRATEGIES`.
        options: Of the strategy; see :meth:`resolved`.
        amp: Whether the model predicts in half precision.
        alpha: Batch statistics that it predicts with, between source (0) and target
            (1), measured if it has none of the target; None for those it declares.

    Raises:
        ValueError: If ``alpha`` is not in [0, 1].
    """

    cfg: Config
    checkpoint: Path
    out: Path
    strategy: str
    options: dict
    amp: bool = False
    alpha: float | None = None

    def __post_init__(self) -> None:
        if self.alpha is not None:
            check_alpha(self.alpha)

    @cached_property
    def _placed(self) -> Config:
        init_default_scope(self.cfg.get('default_scope', 'mmseg'))
        return with_target_images(self.cfg)

    @cached_property
    def images(self) -> BaseDataset:
        """The training images of the target, without labels and augmentation."""
        target = self._placed.train_dataloader.dataset.target
        steps = without_random_steps(target.get('pipeline', ()))
        return DATASETS.build({**target, 'pipeline': [*steps, PACK]})

    @cached_property
    def labelled_images(self) -> BaseDataset:
        """The same with their labels, for analysis alone.

        Raises:
            ValueError: If the config does not say where they are.
        """
        target = self._placed.train_dataloader.dataset.target
        given = (self.cfg.get('pairing') or {}).get('target_labels')
        if given is None:
            domains = name_domains(self.cfg, None, None)
            if domains is None:
                raise ValueError(
                    f'{self.cfg.filename} names no `target` by its name: where its '
                    'labels are is not known'
                )
            demo = self.cfg.get('cut_down') == 'demo'
            given = (domains.stood_in_for() if demo else domains).target.train
        steps = [step for step in given['pipeline'] if _type(step).startswith('Load')]
        if not any(map(is_label_loader, steps)):
            raise ValueError('the target has no labels to compare with')
        root = target.get('data_root') or given.get('data_root')
        return DATASETS.build({**given, 'data_root': root, 'pipeline': steps})

    @cached_property
    def sources(self) -> list[dict]:
        """Configs of the labelled data sets."""
        return members_of(self._placed.train_dataloader.dataset)

    @cached_property
    def names(self) -> list[str]:
        """Path of the labels of each image below their folder."""
        root = self.images.data_prefix['img_path']
        return [
            pseudo_label_name(self.images.get_data_info(index), root)
            for index in range(len(self.images))
        ]

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes; no file is read."""
        return classes_of(self._placed.train_dataloader.dataset.target)

    def resolved(self, round_number: int = 1) -> 'LabellingJob':
        """The job with the options of one round, checked.

        Raises:
            ValueError: See :func:`~mmuda.jobs.pseudo_labels.options.resolve_options`.
        """
        found = resolve_options(self.strategy, self.options, self.classes, round_number)
        return replace(self, options=found)

    def load_model(self) -> nn.Module:
        """The model, ready to predict, on the GPU if there is one."""
        model = load_model_at(self.cfg, self.checkpoint, self.alpha)
        if self.amp:
            run_in_mixed_precision(getattr(model, 'segmentor', model))
            channels_last(model)
        return model

    @property
    def name(self) -> str:
        """Strategy, and eight digits that stand for its options and the data."""
        target = self._placed.train_dataloader.dataset.target
        text = json.dumps(
            [self.options, target, self.amp, self.alpha], sort_keys=True, default=repr
        )
        return f'{self.strategy}_{hashlib.sha256(text.encode()).hexdigest()[:8]}'

    @property
    def finished(self) -> bool:
        """Whether all is made: this file is written last."""
        return (self.out / LABELS).is_file()

    def manifest(self) -> dict:
        """What decides on the labels."""
        found = {
            'config': Path(self.cfg.filename).name,
            'checkpoint': str(self.checkpoint),
            'checkpoint_sha256': sha256_of(self.checkpoint),
            'strategy': self.strategy,
            'options': self.options,
            'alpha': declared_alpha(self.cfg) if self.alpha is None else self.alpha,
            'images': ImageSet.of(self.images).fingerprint,
            'amp': self.amp,
            'version': __version__,
        }
        learns = STRATEGIES[self.strategy].learns_from_source
        if learns or self.options.get(SPATIAL_PRIOR):
            built = [DATASETS.build({**s, 'pipeline': []}) for s in self.sources]
            found['source_images'] = [ImageSet.of(s).fingerprint for s in built]
        return found


def without_random_steps(pipeline: Iterable[dict]) -> list[dict]:
    """The steps of a pipeline that load and resize an image as it is stored."""
    others = (*RANDOM_STEPS, 'Pack', 'LoadPseudo')
    return [step for step in pipeline if not _type(step).startswith(others)]


def _type(step: dict) -> str:
    return str(step['type']).rpartition('.')[2]
