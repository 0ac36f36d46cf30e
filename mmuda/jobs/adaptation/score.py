"""A map against labels of B: analysis, once everything is done."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from mmuda.datasets.rasters import open_raster
from mmuda.datasets.taxonomy import IGNORED
from mmuda.evaluation import SegmentationMetric


def score(maps: Sequence[Path], labels: Path, classes: Sequence[str]) -> dict:
    """Accuracy, mIoU and the IoU of each class, in percent.

    Args:
        maps: Class maps; pixels without a prediction are left out.
        labels: Folder of rasters of train ids named like the maps, on the same grid.
        classes: Their names.

    Returns:
        As :meth:`mmuda.evaluation.SegmentationMetric.figures`.

    Raises:
        ValueError: If a map and its labels differ in size.
    """
    metric = SegmentationMetric()
    metric.dataset_meta = dict(classes=tuple(classes))
    counts = [_counts(file, labels / file.name, len(classes)) for file in maps]
    return metric.figures(counts)


def _counts(file: Path, labels: Path, number: int) -> tuple[torch.Tensor, ...]:
    """Intersection, union, predicted and true pixels of the classes."""
    confusion = np.zeros((number, number), np.int64)
    with open_raster(file) as predicted, open_raster(labels) as truth:
        if predicted.shape != truth.shape:
            raise ValueError(
                f'{labels} has {truth.height} x {truth.width} pixels, {file} has '
                f'{predicted.height} x {predicted.width}: expected the same'
            )
        for _, window in predicted.block_windows(1):
            p, t = (raster.read(1, window=window) for raster in (predicted, truth))
            counted = (t != IGNORED) & (p != predicted.nodata)
            pairs = number * t[counted].astype(np.int64) + p[counted]
            confusion += np.bincount(pairs, minlength=number**2).reshape(number, -1)
    found = torch.from_numpy(confusion).double()
    right, predicted_area, true_area = found.diagonal(), found.sum(0), found.sum(1)
    return right, predicted_area + true_area - right, predicted_area, true_area
