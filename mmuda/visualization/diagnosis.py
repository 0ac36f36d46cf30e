"""Pictures of what differs between two domains."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = {'source': 'tab:blue', 'mlls': 'tab:orange', 'bbse': 'tan', 'rlls': 'gold'}


def draw_shares(
    file: Path,
    classes: Sequence[str],
    source: np.ndarray,
    estimates: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> None:
    """Class shares of the source, and those estimated for the target.

    Args:
        file: PNG file.
        classes: Names.
        source: Shares (C,).
        estimates: By estimator shares, and lower and upper ends, each (C,).
    """
    figure = Figure(figsize=(1.3 * len(classes) + 2, 3.4), dpi=100)
    axes = figure.subplots()
    places, width = np.arange(len(classes)), 0.8 / (1 + len(estimates))
    axes.bar(
        places, 100 * source, width, label='source (labels)', color=COLOURS['source']
    )
    for number, (name, (shares, low, high)) in enumerate(estimates.items(), start=1):
        ends = np.maximum([shares - low, high - shares], 0)
        axes.bar(
            places + number * width,
            100 * shares,
            width,
            yerr=100 * ends,
            error_kw=dict(elinewidth=1, capsize=2),
            label=f'target ({name.upper()}, 95 %)',
            color=COLOURS.get(name),
        )
    axes.set_xticks(places + 0.4 - width / 2, classes, rotation=15)
    axes.set_ylabel('pixels, %')
    axes.legend(fontsize=8, frameon=False)
    _save(figure, [axes], file)


def draw_looks(
    file: Path, source: np.ndarray, target: np.ndarray, sentence: str, bins: int = 40
) -> None:
    """Histograms of each band in both domains.

    Args:
        file: PNG file.
        source: Values (n, bands).
        target: Likewise (m, bands).
        sentence: Put above them.
        bins: Of the histograms.
    """
    number = source.shape[1]
    figure = Figure(figsize=(3 * number, 2.8), dpi=100)
    panels = figure.subplots(1, number, squeeze=False)[0]
    for band, axes in enumerate(panels):
        both = np.concatenate([source[:, band], target[:, band]])
        edges = np.linspace(*np.percentile(both, (0.5, 99.5)), bins)
        for name, values, colour in (
            ('source', source, 'tab:blue'),
            ('target', target, 'tab:orange'),
        ):
            style = dict(alpha=0.5, label=name, color=colour, density=True)
            axes.hist(values[:, band], edges, **style)
        axes.set_title(f'band {band + 1}', fontsize=9)
        axes.set_yticks([])
    panels[0].legend(fontsize=8, frameon=False)
    figure.suptitle(sentence, fontsize=9)
    _save(figure, panels, file)


def _save(figure: Figure, panels: Sequence[Axes], file: Path) -> None:
    for axes in panels:
        axes.spines[['top', 'right']].set_visible(False)
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)
