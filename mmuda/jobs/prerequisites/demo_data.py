"""The made-up data of ``--demo``."""

from pathlib import Path

from mmengine.config import Config
from mmseg.registry import DATASETS

from mmuda.demo.stand_in import is_made, make_stand_in
from mmuda.jobs.demo import data_sets_on_disk
from mmuda.jobs.prerequisites.base import Prerequisite


class DemoData(Prerequisite):
    """What stands for the data sets of a config that was loaded for ``--demo``."""

    described = 'made-up data'

    def __init__(self, cfg: Config) -> None:
        self._kinds = {
            Path(node.data_root): DATASETS.get(node.type)
            for node in data_sets_on_disk(cfg)
        }

    def is_there(self) -> bool:
        """Whether all of it is complete."""
        return all(map(is_made, self._kinds))

    def make(self) -> None:
        """Draw what is missing."""
        for kind in self._kinds.values():
            make_stand_in(kind)
