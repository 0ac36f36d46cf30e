"""What a mapping does: how similar its pairs are, and which classes meet.

For analysis only: where target labels are read here, nothing of it goes back into
training.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mmuda.pairing import LabelMaps

IGNORE = 255


@dataclass(frozen=True)
class PairingAnalysis:
    """Figures on a mapping.

    Args:
        semsim: SemSim (Eq. 1) of each source image and its first partner, (N,); None
            without target labels.
        uses: How often each target image is a first partner, (M,).
        source_classes: Share of each class in the source, (C,).
        target_classes: Share of each class in all target images, (C,).
        paired_classes: Share of each class in the partners, each counted as often as
            it is one, (C,).
    """

    semsim: np.ndarray | None
    uses: np.ndarray
    source_classes: np.ndarray
    target_classes: np.ndarray
    paired_classes: np.ndarray

    @property
    def figures(self) -> dict:
        """The figures as JSON: Table 3 (mean, std of SemSim) and reuse."""
        used = self.uses[self.uses > 0]
        found = {
            'distinct_targets': len(used),
            'target_images': len(self.uses),
            'most_uses': int(self.uses.max()),
            'source_classes': self.source_classes.round(4).tolist(),
            'target_classes': self.target_classes.round(4).tolist(),
            'paired_classes': self.paired_classes.round(4).tolist(),
        }
        if self.semsim is not None:
            found['semsim_mean'] = float(self.semsim.mean())
            found['semsim_std'] = float(self.semsim.std())
        return found


def analyse(
    source: LabelMaps,
    target: Iterable[np.ndarray],
    partners: np.ndarray,
    *,
    target_is_true: bool,
) -> PairingAnalysis:
    """Analyse a mapping.

    Args:
        source: Label maps of N source images.
        target: Label maps of the first target images, of the next ones and so on,
            uint8 (m, L): true ones, or predicted.
        partners: Index of the partner of each source image, (N,).
        target_is_true: Whether these labels are true: SemSim is told only then.
    """
    semsim, pixels, begin = np.zeros(len(partners)), [], 0
    for labels in target:
        theirs = LabelMaps(labels, source.num_classes)
        pixels.append(class_pixels(labels, source.num_classes))
        here = (partners >= begin) & (partners < begin + len(labels))
        for row in np.flatnonzero(here):
            partner = partners[row : row + 1] - begin
            (semsim[row],) = theirs.similarities(partner, source.labels[row])
        begin += len(labels)
    uses = np.bincount(partners, minlength=begin)
    of_target = np.concatenate(pixels)
    return PairingAnalysis(
        semsim if target_is_true else None,
        uses,
        _share(class_pixels(source.labels, source.num_classes)),
        _share(of_target),
        _share(of_target * uses[:, None]),
    )


def class_pixels(maps: Iterable[np.ndarray], num_classes: int) -> np.ndarray:
    """Pixels of each class in each label map, ignored ones left out, (N, C)."""
    counts = [np.bincount(labels.ravel(), minlength=IGNORE + 1) for labels in maps]
    return np.array(counts)[:, :num_classes]


def _share(pixels: np.ndarray) -> np.ndarray:
    """Share of each class in all images, from the pixels of each (N, C)."""
    total = pixels.sum(axis=0)
    return total / max(total.sum(), 1)
