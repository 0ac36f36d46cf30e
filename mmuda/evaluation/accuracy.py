"""Accuracy, intersection over union and what goes with them, on the labelled target."""

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
from torch import Tensor

from mmuda.datasets.taxonomy import read_taxonomy
from mmuda.evaluation.boundary import boundary_counts, eroded
from mmuda.evaluation.calibration_error import (
    calibration_counts,
    expected_calibration_error,
)
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

    F1 of each class and its mean go with them. What is left out of the truth, and by
    how much it is eroded, stands above the figures as ``protocol``.

    Args:
        out: JSON file for the figures.
        subsets: Further means of the same IoUs over some of the classes, by the name
            of the figure: a list of classes, or the name or YAML file of a taxonomy.
            So ``mIoU16='cityscapes16'`` is what papers give for models trained on
            SYNTHIA. Pixels of other classes count as they do in ``mIoU``: taken for
            one of the subset, they are an error. Of a subset none of whose classes
            is in the truth, the mean is null.
        without: Classes whose pixels do not count, such as ``['clutter']``: they are
            ignored in the truth, and have no figures. To be taken for one is an error.
        erode: Pixels of the truth within so many of another class do not count.
        boundary: Width in pixels of boundary IoU, ``mBIoU`` and ``BIoU.<class>`` (Cheng
            et al. 2021); None to leave it out.
        calibration: Whether to measure the expected calibration error, ``ECE``; not
            with test-time augmentation, which merges predictions, not scores.
        **kwargs: Those of MMSeg's ``IoUMetric``, which counts the pixels.

    Raises:
        ValueError: If ``erode`` is negative or ``boundary`` not positive.
    """

    default_prefix = None

    def __init__(
        self,
        out: str | None = None,
        subsets: dict[str, str | Sequence[str]] | None = None,
        without: Sequence[str] = (),
        erode: int = 0,
        boundary: int | None = None,
        calibration: bool = False,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        if erode < 0 or (boundary is not None and boundary < 1):
            raise ValueError(
                'erode counts pixels from 0, boundary from 1, got '
                f'{erode} and {boundary}'
            )
        self.out = out
        self.without, self.erode = tuple(without), erode
        self.boundary, self.calibration = boundary, calibration
        self.subsets = {
            name: read_taxonomy(classes).classes
            if isinstance(classes, str)
            else tuple(classes)
            for name, classes in (subsets or {}).items()
        }

    @property
    def protocol(self) -> str:
        """What the figures are taken over."""
        number = len(self.dataset_meta['classes'])
        classes = f'all {number} classes'
        if self.without:
            classes = f'{number} classes without {", ".join(self.without)}'
        borders = 'labels as they are'
        if self.erode:
            borders = f'labels eroded by {self.erode} pixels'
        return f'{classes}, {borders}'

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Count the pixels of a batch.

        Raises:
            ValueError: If calibration is asked for and there are no scores.
        """
        if self.format_only:
            super().process(data_batch, data_samples)
            return
        counted = [
            {**sample, 'gt_sem_seg': {'data': self.truth_of(sample)[None]}}
            for sample in data_samples
        ]
        before = len(self.results)
        super().process(data_batch, counted)
        self.results[before:] = [
            (*counts, self._boundary_of(sample), self._calibration_of(sample))
            for counts, sample in zip(self.results[before:], counted, strict=True)
        ]

    def truth_of(self, sample: dict) -> Tensor:
        """Labels that count, (H, W): without what is left out, eroded.

        Raises:
            ValueError: If a class to leave out is not of the data set.
        """
        truth = sample['gt_sem_seg']['data'].squeeze()
        if self.erode:
            labels = eroded(truth.cpu().numpy(), self.erode)
            truth = torch.from_numpy(labels).to(truth)
        if self.without:
            ids = self._ids(self.without, 'without')
            left_out = torch.isin(truth, truth.new_tensor(ids))
            truth = truth.masked_fill(left_out, self.ignore_index)
        return truth

    def _boundary_of(self, sample: dict) -> Tensor | None:
        if self.boundary is None:
            return None
        maps = (sample[key]['data'].squeeze() for key in ('pred_sem_seg', 'gt_sem_seg'))
        predicted, truth = (m.cpu().numpy().astype(np.int64) for m in maps)
        number = len(self.dataset_meta['classes'])
        counts = boundary_counts(predicted, truth, number, self.boundary)
        return torch.from_numpy(counts)

    def _calibration_of(self, sample: dict) -> Tensor | None:
        if not self.calibration:
            return None
        logits = sample.get('seg_logits', {}).get('data')
        if logits is None or len(logits) < 2:
            raise ValueError(
                'calibration needs the scores of at least two classes, which '
                f'predictions of {sample.get("img_path")} come without'
            )
        truth = sample['gt_sem_seg']['data'].squeeze().to(logits.device)
        return calibration_counts(logits, truth, self.ignore_index)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Figures in percent, logged and written to ``out``; see :meth:`figures`."""
        if self.format_only:
            return {}
        figures = self.figures(results)
        logger = MMLogger.get_current_instance()
        logger.info(f'{self.protocol}\n{_as_text(figures)}')
        if self.out:
            write_figures(self.out, {'protocol': self.protocol, **figures})
        return figures

    def figures(self, results: list) -> dict[str, float]:
        """Figures in percent.

        ``aAcc``, ``mIoU``, those of subsets, ``IoU.<class>``, ``mF1``, ``F1.<class>``,
        and ``mBIoU``, ``BIoU.<class>`` and ``ECE`` where they are asked for.

        Args:
            results: What MMSeg's ``IoUMetric`` counts in each image: intersection,
                union, predicted and true pixels of the classes, each (C,); behind them
                the counts of boundaries and of calibration, or None.

        Returns:
            Numbers from 0 to 100; NaN where there is no labelled pixel.

        Raises:
            ValueError: If a subset names a class that the data set does not have.
        """
        counted, *more = zip(*((r[:4], *r[4:]) for r in results), strict=True)
        intersection, union, predicted, truth = (
            torch.stack(counts).sum(0).double().numpy()
            for counts in zip(*counted, strict=True)
        )
        with np.errstate(invalid='ignore', divide='ignore'):
            iou = np.where(truth > 0, 100 * intersection / union, np.nan)
            figures = {
                'aAcc': 100 * intersection.sum() / truth.sum(),
                'mIoU': _mean(iou),
            }
        for name, subset in self.subsets.items():
            figures[name] = _mean(iou[self._ids(subset, f'subset {name}')])
        figures |= self._by_class('IoU', iou)
        with np.errstate(invalid='ignore', divide='ignore'):
            f1 = np.where(truth > 0, 200 * intersection / (predicted + truth), np.nan)
        figures |= {'mF1': _mean(f1), **self._by_class('F1', f1)}
        if more:
            figures |= self._further(*more, there=truth > 0)
        return {name: float(value) for name, value in figures.items()}

    def _further(self, boundary: tuple, calibration: tuple, there: np.ndarray) -> dict:
        """Figures of boundaries and of calibration, where they were counted."""
        figures = {}
        if self.boundary is not None:
            both, either = torch.stack(boundary).sum(0).double().numpy().T
            with np.errstate(invalid='ignore', divide='ignore'):
                iou = np.where(there & (either > 0), 100 * both / either, np.nan)
            figures = {'mBIoU': _mean(iou), **self._by_class('BIoU', iou)}
        if self.calibration:
            counts = torch.stack(calibration).sum(0)
            figures['ECE'] = 100 * expected_calibration_error(counts)
        return figures

    def _by_class(self, name: str, values: np.ndarray) -> dict[str, float]:
        classes = self.dataset_meta['classes']
        return {f'{name}.{c}': v for c, v in zip(classes, values, strict=True)}

    def _ids(self, names: Sequence[str], what: str) -> list[int]:
        """Ids of classes.

        Raises:
            ValueError: If one is not of the data set.
        """
        classes = tuple(self.dataset_meta['classes'])
        if missing := [name for name in names if name not in classes]:
            raise ValueError(
                f'{what} names {", ".join(missing)}, expected some of '
                f'{", ".join(classes)}'
            )
        return [classes.index(name) for name in names]


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
