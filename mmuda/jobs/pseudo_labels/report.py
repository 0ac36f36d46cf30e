"""What was chosen: shares by class, thresholds, and a sheet to look at."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmuda.datasets.rasters import open_raster
from mmuda.jobs.pseudo_labels.job import FOLDER, LabellingJob
from mmuda.pseudo_labels import Kept, Strategy
from mmuda.visualization import colourise, displayable, save_panels

if TYPE_CHECKING:
    from mmuda.jobs.pseudo_labels.predictions import Predictions

NUM_ROWS = 6


class Counts:
    """Pixels by class: predicted, chosen and, where the truth is read, right.

    Args:
        job: The job.
        with_truth: Whether to read the labels of the target.
    """

    def __init__(self, job: LabellingJob, with_truth: bool) -> None:
        self.classes = job.classes
        self._truth = job.labelled_images if with_truth else None
        count = len(self.classes)
        self.predicted = np.zeros(count, np.int64)
        self.chosen = np.zeros(count, np.int64)
        self.compared = np.zeros(count, np.int64)
        self.right = np.zeros(count, np.int64)

    def _count(self, classes: np.ndarray) -> np.ndarray:
        number = len(self.classes)
        return np.bincount(classes[classes < number], minlength=number)

    def add(self, index: int, kept: Kept, labels: np.ndarray) -> None:
        """Count the pixels of an image."""
        self.predicted += self._count(kept['classes'])
        self.chosen += self._count(labels)
        if self._truth is not None:
            truth = self._truth[index]['gt_seg_map']
            self.compared += self._count(labels[truth < len(self.classes)])
            self.right += self._count(labels[labels == truth])

    def figures(self, strategy: Strategy) -> dict:
        """Content of ``labels.json``; shares in [0, 1], accuracies in percent."""
        total = max(self.chosen.sum(), 1)
        found = {
            'pixels': int(self.predicted.sum()),
            'kept': float(self.chosen.sum() / max(self.predicted.sum(), 1)),
            'thresholds': {
                name: dict(zip(self.classes, values, strict=True))
                for name, values in strategy.thresholds().items()
            },
            'kept_of_class': self._named(self.chosen, self.predicted),
            'share_of_labels': self._named(
                self.chosen, np.full_like(self.chosen, total)
            ),
        }
        if self._truth is not None:
            percent = self._named(100 * self.right, self.compared)
            found['accuracy (analysis only)'] = percent
        return found

    def _named(self, part: np.ndarray, whole: np.ndarray) -> dict[str, float | None]:
        values = zip(
            self.classes, part, np.broadcast_to(whole, part.shape), strict=True
        )
        return {name: float(p / w) if w else None for name, p, w in values}


def draw_sheet(
    job: LabellingJob, predictions: 'Predictions', file: Path, with_truth: bool
) -> None:
    """Some images with what was predicted and what was chosen, evenly spaced."""
    classes, palette = job.classes, job.images.metainfo['palette']
    chosen = np.linspace(0, len(job.names) - 1, min(NUM_ROWS, len(job.names)))
    rows = []
    for index in sorted(set(chosen.astype(int).tolist())):
        with open_raster(job.out / FOLDER / job.names[index]) as raster:
            labels = raster.read(1)
        maps = [predictions[index]['classes'], labels]
        if with_truth:
            maps.append(job.labelled_images[index]['gt_seg_map'])
        image = _loaded(job, index)
        rows.append([displayable(image), *(colourise(m, palette) for m in maps)])
    titles = ['target', 'prediction', 'pseudo labels', 'truth'][: len(rows[0])]
    save_panels(file, rows, titles, classes, palette)


def _loaded(job: LabellingJob, index: int) -> np.ndarray:
    """An image as its loader gives it."""
    load = job.images.pipeline.transforms[0]
    return load(job.images.get_data_info(index))['img']


def rows_of(figures: dict) -> Iterable[tuple[str, ...]]:
    """A table of ``labels.json``: class, threshold, kept, share, accuracy."""
    (thresholds,) = figures['thresholds'].values()
    accuracy = figures.get('accuracy (analysis only)', {})
    for name, limit in thresholds.items():
        yield (
            name,
            _text(limit, '{:.4f}'),
            _text(figures['kept_of_class'][name], '{:.1%}'),
            _text(figures['share_of_labels'][name], '{:.1%}'),
            _text(accuracy.get(name), '{:.1f} %'),
        )


def _text(value: float | None, form: str) -> str:
    return '-' if value is None else form.format(value)
