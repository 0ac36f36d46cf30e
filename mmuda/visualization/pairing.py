"""Pictures of a mapping."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmuda.pairing.analysis import PairingAnalysis


def draw_scores(file: Path, scores: np.ndarray, semsim: np.ndarray | None) -> None:
    """Histogram of the scores of the pairs and, where it is known, of their SemSim.

    Args:
        file: PNG file.
        scores: (N,); NaN where the strategy has none.
        semsim: (N,), or None without target labels.
    """
    known = scores[np.isfinite(scores)]
    panels = [('score of the strategy', known)] if len(known) else []
    if semsim is not None:
        panels.append(('SemSim, by the true labels (analysis only)', semsim))
    if not panels:
        return
    figure = Figure(figsize=(4.5 * len(panels), 3), dpi=100)
    for axes, (title, values) in zip(
        figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
    ):
        axes.hist(values, bins=30)
        axes.axvline(values.mean(), color='black', linestyle='--', linewidth=1)
        axes.set_title(f'{title}\nmean {values.mean():.3f}, std {values.std():.3f}')
        axes.set_ylabel('pairs')
        _clean(axes)
    _save(figure, file)


def draw_classes(
    file: Path, analysis: PairingAnalysis, classes: Sequence[str], of_target: str
) -> None:
    """Class distributions before and after pairing (Fig. 7 of the SemSim paper).

    Args:
        file: PNG file.
        analysis: Of the mapping.
        classes: Names of the classes.
        of_target: What is known of the target: ``'labels'`` or ``'predictions'``.
    """
    bars = {
        'source': analysis.source_classes,
        f'target ({of_target}), all images': analysis.target_classes,
        f'target ({of_target}), as paired': analysis.paired_classes,
    }
    figure = Figure(figsize=(1.5 * len(classes) + 2, 3.2), dpi=100)
    axes = figure.subplots()
    for place, (name, shares) in enumerate(bars.items()):
        at = np.arange(len(classes)) + (place - 1) * 0.27
        axes.bar(at, 100 * shares, width=0.25, label=name)
    axes.set_xticks(np.arange(len(classes)), classes, rotation=15)
    axes.set_ylabel('pixels, %')
    axes.legend(fontsize=8)
    _clean(axes)
    _save(figure, file)


def draw_reuse(file: Path, uses: np.ndarray) -> None:
    """How often target images are partners, the most used first.

    Args:
        file: PNG file.
        uses: Of each target image, (M,).
    """
    figure = Figure(figsize=(5, 3), dpi=100)
    axes = figure.subplots()
    axes.step(np.arange(1, len(uses) + 1), np.sort(uses)[::-1], where='mid')
    axes.axhline(uses.mean(), color='black', linestyle='--', linewidth=1)
    axes.set_xlabel('target images, the most used first')
    axes.set_ylabel('source images paired with it')
    axes.set_title(
        f'{np.count_nonzero(uses)} of {len(uses)} target images are used, '
        f'one {uses.max()} times',
        fontsize=9,
    )
    _clean(axes)
    _save(figure, file)


def _clean(axes: Axes) -> None:
    axes.spines[['top', 'right']].set_visible(False)
    axes.title.set_fontsize(9)


def _save(figure: Figure, file: Path) -> None:
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)
