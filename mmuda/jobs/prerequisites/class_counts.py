"""Pixels of each class in the images of the source, counted once."""

import hashlib
import json
from pathlib import Path

from mmengine.config import Config
from mmseg.registry import DATASETS

from mmuda.datasets.class_counts import ClassCounts
from mmuda.jobs.data_sets import members_of
from mmuda.jobs.prerequisites.base import Prerequisite


def samples_rare_classes(cfg: Config) -> bool:
    """Whether a config asks for rare classes without saying where they are counted."""
    rare = (cfg.train_dataloader.get('sampler') or {}).get('rare_classes')
    return rare is not None and rare.get('class_counts') is None


class SourceClassCounts(Prerequisite):
    """What rare-class sampling needs to know of the labels of the source.

    A file for each source below ``work_dirs/class_counts``, named by what its config
    says.

    Args:
        cfg: A config whose sampler has ``rare_classes``.
    """

    described = 'the class counts of the source'

    def __init__(self, cfg: Config) -> None:
        self._members = members_of(cfg.train_dataloader.dataset)
        folder = Path('work_dirs', cfg.get('cut_down') or '', 'class_counts')
        self.files = [folder / f'{_digest(member)}.csv' for member in self._members]

    def is_there(self) -> bool:
        """Whether all were counted."""
        return all(file.is_file() for file in self.files)

    def make(self) -> None:
        """Count them."""
        for member, file in zip(self._members, self.files, strict=True):
            if not file.is_file():
                print(f'counting the classes of the source: {file}')  # noqa: T201
                ClassCounts.of(DATASETS.build(member)).save(file)

    def use(self, cfg: Config) -> None:
        """Sample by them."""
        files = [str(file) for file in self.files]
        cfg.train_dataloader.sampler.rare_classes.class_counts = files


def _digest(member: dict) -> str:
    """What a data set says of itself, but for its pipeline, in sixteen digits."""
    said = {key: value for key, value in member.items() if key != 'pipeline'}
    text = json.dumps(said, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
