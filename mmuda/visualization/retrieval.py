"""Curves of cross-domain retrieval."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

# Of Fig. 4: title and axis by the domain of the queries.
PANELS = {
    'target': ('Target → Source', '|$B_k$|, source images found'),
    'source': ('Source → Target', '|$A_k$|, target images found'),
}


def save_retrieval(
    file: str | Path, models: Mapping[str, Mapping[str, Mapping]]
) -> None:
    """Write Fig. 4 of LSD (Sankaranarayanan et al. 2018).

    Args:
        file: PNG file.
        models: By name of a model and domain of the queries: ``found`` for k from 1 to
            N, ``mAP`` in percent and ``share`` of the other domain in the pool. What a
            space that says nothing of the domain would give is drawn dotted, by the
            first model's.
    """
    figure = Figure(figsize=(8, 3.4), dpi=100)
    for axes, (domain, (title, label)) in zip(
        figure.subplots(1, 2), PANELS.items(), strict=True
    ):
        for name, retrievals in models.items():
            retrieval = retrievals[domain]
            ranks = np.arange(1, len(retrieval['found']) + 1)
            legend = f'{name}, mAP {retrieval["mAP"]:.1f} %'
            axes.plot(ranks, retrieval['found'], label=legend, linewidth=1.2)
        first = next(iter(models.values()))[domain]
        ranks = np.arange(1, len(first['found']) + 1)
        axes.plot(
            ranks, first['share'] * ranks, ':', color='grey', label='no domain gap'
        )
        axes.set_title(title, fontsize=10)
        axes.set_xlabel('k')
        axes.set_ylabel(label)
        axes.spines[['top', 'right']].set_visible(False)
        axes.legend(fontsize=7, loc='upper left')
    figure.tight_layout()
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)
