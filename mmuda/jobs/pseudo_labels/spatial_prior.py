"""Where in an image the classes are, by the labels of the source (CBST-SP)."""

from collections.abc import Sequence

import cv2
import numpy as np
from mmseg.registry import DATASETS
from rich.progress import track

from mmuda.jobs.data_sets import is_label_loader

GRID = (64, 128)  # cells of an image, whatever its size
SMOOTHING = 1.0  # standard deviation in cells


def spatial_prior(sources: Sequence[dict], num_classes: int) -> np.ndarray:
    """How frequent a class is at each place, relative to its mean over all places.

    Zou et al. 2018 (CBST-SP): class frequencies in the labels of the source, smoothed.
    Images of different sizes are laid over each other.

    Args:
        sources: Configs of labelled data sets.
        num_classes: C.

    Returns:
        float32 (C, h, w) of mean 1 over the places; 1 for a class that never occurs.

    Raises:
        ValueError: If a source has no labels.
    """
    total = np.zeros((num_classes, *GRID), np.float64)
    for source in sources:
        steps = [s for s in source['pipeline'] if str(s['type']).startswith('Load')]
        if not any(map(is_label_loader, steps)):
            raise ValueError('a spatial prior needs the labels of the source')
        dataset = DATASETS.build({**source, 'pipeline': steps})
        for index in track(range(len(dataset)), 'places of the classes'):
            labels = dataset[index]['gt_seg_map']
            for number in np.unique(labels[labels < num_classes]):
                mask = (labels == number).astype(np.float32)
                total[number] += cv2.resize(
                    mask, GRID[::-1], interpolation=cv2.INTER_AREA
                )
    smooth = np.stack([cv2.GaussianBlur(x, (0, 0), SMOOTHING) for x in total])
    mean = smooth.mean((1, 2), keepdims=True)
    prior = np.divide(smooth, mean, out=np.ones_like(smooth), where=mean > 0)
    return prior.astype(np.float32)
