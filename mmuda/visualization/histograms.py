"""Colour histograms as curves."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

COLOURS = ('tab:red', 'tab:green', 'tab:blue', 'tab:purple', 'tab:brown', 'tab:grey')


def save_histograms(
    file: str | Path,
    histograms: dict[str, dict[str, np.ndarray]],
    bands: Sequence[str],
    limits: tuple[float, float],
) -> None:
    """Write one plot a group of pixels: a curve for each band and each state.

    Args:
        file: PNG file.
        histograms: By group (such as a class) and state (such as before and after),
            counts of shape (bands, bins). The first state is drawn dashed.
        bands: Names of the bands.
        limits: Lowest and highest grey level of the bins.
    """
    columns = min(len(histograms), 3)
    rows = -(-len(histograms) // columns)
    figure = Figure(figsize=(3.6 * columns, 2.4 * rows + 0.4), dpi=100)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel, (group, states) in zip(axes, histograms.items(), strict=False):
        for state, counts in states.items():
            style = '--' if state == next(iter(states)) else '-'
            _curves(panel, counts, bands, limits, style, state)
        panel.set_title(group, fontsize=9)
        panel.set_yticks([])
        panel.tick_params(labelsize=7)
    for panel in axes[len(histograms) :]:
        panel.set_axis_off()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc='lower center', ncols=len(bands), fontsize=7)
    figure.tight_layout(rect=(0, 0.6 / figure.get_figheight(), 1, 1), pad=0.4)
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)


def _curves(
    panel: object,
    counts: np.ndarray,
    bands: Sequence[str],
    limits: tuple[float, float],
    style: str,
    state: str,
) -> None:
    levels = np.linspace(*limits, counts.shape[1])
    for index, band in enumerate(bands):
        share = counts[index] / max(counts[index].sum(), 1)
        colour = COLOURS[index % len(COLOURS)]
        label = f'{band} {state}'
        panel.plot(levels, share, style, color=colour, linewidth=1, label=label)
