"""Accuracy and intersection over union on the labelled target."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.logging import MMLogger
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from rich.console import Console
from rich.table import Table

from mmuda.datasets.taxonomy import read_taxonomy
from mmuda.datasets.windows import window_path
from mmuda.files import write_atomically


@METRICS.register_module()
class SegmentationMetric(IoUMetric):
    """Accuracy (Eq. 5), IoU of each class (Eq. 6) and mIoU (Eq. 7) of the SemSim paper.

    All are taken over the pixels of the whole data set together. Which classes have an
    IoU is decided by the truth alone: a class without a labelled pixel in the whole
    data set has none, whatever is predicted, and is reported as null and left out of
    all means. So models that are tested on the same data are compared by the mean of
    the same classes. A pixel that is taken for such a class is still an error: it
    lowers accuracy, and the IoU of the class that it is of. (Eq. 6 as it stands
    would be 0/0 for such a class, or 0 once a single pixel is taken for it.)

    Args:
        out: JSON file for the figures.
        subsets: Further means of the same IoUs over some of the classes, by the name
            of the figure: a list of classes, or the name or YAML file of a taxonomy.
            So ``mIoU16='cityscapes16'`` is what papers give for models trained on
            SYNTHIA. Pixels of other classes count as they do in ``mIoU``: taken for
            one of the subset, they are an error. Of a subset none of whose classes
            is in the truth, the mean is null.
        **kwargs: Those of MMSeg's ``IoUMetric``, which counts the pixels.
    """

    default_prefix = None

    def __init__(
        self,
        out: str | None = None,
        subsets: dict[str, str | Sequence[str]] | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.out = out
        self.subsets = {
            name: read_taxonomy(classes).classes
            if isinstance(classes, str)
            else tuple(classes)
            for name, classes in (subsets or {}).items()
        }

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Figures in percent, logged and written to ``out``; see :meth:`figures`."""
        if self.format_only:
            return {}
        figures = self.figures(results)
        MMLogger.get_current_instance().info('\n' + _as_text(figures))
        if self.out:
            write_figures(self.out, figures)
        return figures

    def process(self, data_batch: dict, data_samples: list[dict]) -> None:
        """Count the pixels of some images; windows of a scene have their own names."""
        named = [
            {**s, 'img_path': window_path(s['img_path'], s.get('patch'))}
            for s in data_samples
        ]
        super().process(data_batch, named)

    def figures(self, results: list) -> dict[str, float]:
        """Figures in percent: ``aAcc``, ``mIoU``, those of subsets, ``IoU.<class>``.

        Args:
            results: What MMSeg's ``IoUMetric`` counts in each image: intersection,
                union, predicted and true pixels of the classes, each (C,).

        Returns:
            Numbers from 0 to 100; NaN where there is no labelled pixel.

        Raises:
            ValueError: If a subset names a class that the data set does not have.
        """
        intersection, union, _, truth = (
            torch.stack(counts).sum(0).double().numpy()
            for counts in zip(*results, strict=True)
        )
        with np.errstate(invalid='ignore', divide='ignore'):
            iou = np.where(truth > 0, 100 * intersection / union, np.nan)
            figures = {
                'aAcc': 100 * intersection.sum() / truth.sum(),
                'mIoU': _mean(iou),
            }
        classes = tuple(self.dataset_meta['classes'])
        for name, subset in self.subsets.items():
            if missing := [c for c in subset if c not in classes]:
                raise ValueError(
                    f'subset {name} names {", ".join(missing)}, expected some of '
                    f'{", ".join(classes)}'
                )
            figures[name] = _mean(iou[[classes.index(c) for c in subset]])
        figures |= {f'IoU.{c}': v for c, v in zip(classes, iou, strict=True)}
        return {name: float(value) for name, value in figures.items()}


def _mean(iou: np.ndarray) -> float:
    return np.nanmean(iou) if np.isfinite(iou).any() else np.nan


def write_figures(file: str | Path, figures: dict) -> None:
    """Write figures as JSON; NaN becomes null."""
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    plain = {
        k: None if isinstance(v, float) and np.isnan(v) else v
        for k, v in figures.items()
    }
    with write_atomically(file) as out:
        json.dump(plain, out, indent=2)


def _as_text(figures: dict[str, float]) -> str:
    table = Table('', '%')
    for name, value in figures.items():
        table.add_row(name, '-' if np.isnan(value) else f'{value:.2f}')
    console = Console(width=60)
    with console.capture() as captured:
        console.print(table)
    return captured.get()
