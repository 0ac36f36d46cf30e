"""What was predicted, counted tile by tile against the labels of the test set."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmuda.jobs.reporting.results import Result
from mmuda.visualization import displayable


@dataclass(frozen=True, eq=False)
class TestTiles:
    """The labelled tiles that runs of one pair were tested on.

    Args:
        result: One of the runs.
    """

    result: Result

    @cached_property
    def dataset(self) -> object | None:
        """The test set; None if it is not on this machine."""
        cfg = self.result.cfg
        init_default_scope(cfg.get('default_scope', 'mmseg'))
        try:
            dataset = DATASETS.build(cfg.test_dataloader.dataset)
            return dataset if len(dataset) else None
        except (OSError, ValueError, KeyError, AttributeError):
            return None

    @cached_property
    def truth(self) -> dict[str, np.ndarray]:
        """Labels of the tiles, (H, W), by the name of their predictions."""
        samples = (self.dataset[i] for i in range(len(self.dataset)))
        return {_name(s): _labels(s) for s in samples}

    def counts(self, result: Result) -> np.ndarray | None:
        """How often which class was taken for which.

        Returns:
            (T, true classes, predicted classes), int64; None without predictions.
        """
        folder = result.folder / f'predictions{result.suffix}'
        if self.dataset is None or not folder.is_dir():
            return None
        number = len(self.dataset.metainfo['classes'])
        counted = []
        for name, truth in self.truth.items():
            predicted = cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED)
            if predicted is None or predicted.shape != truth.shape:
                return None
            valid = truth < number
            pairs = number * truth[valid].astype(np.int64) + predicted[valid]
            counts = np.bincount(pairs, minlength=number**2)
            counted.append(counts[: number**2].reshape(number, number))
        return np.stack(counted)

    def image(self, name: str) -> np.ndarray:
        """One tile as a picture, uint8 (H, W, 3)."""
        sample = self.dataset[list(self.truth).index(name)]
        return displayable(sample['inputs'].numpy().transpose(1, 2, 0))


def _name(sample: dict) -> str:
    return f'{Path(sample["data_samples"].img_path).stem}.png'


def _labels(sample: dict) -> np.ndarray:
    return sample['data_samples'].gt_sem_seg.data[0].numpy().astype(np.uint8)


def as_iou_counts(confusions: np.ndarray) -> np.ndarray:
    """Intersection, union and truth of the classes, (..., C, 3).

    Args:
        confusions: True by predicted classes, (..., C, C).
    """
    intersection = np.diagonal(confusions, axis1=-2, axis2=-1)
    truth, predicted = confusions.sum(-1), confusions.sum(-2)
    return np.stack([intersection, truth + predicted - intersection, truth], axis=-1)
