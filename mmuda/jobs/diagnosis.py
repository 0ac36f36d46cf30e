"""Finding out what differs between the domains of a config."""

from pathlib import Path

import numpy as np
from mmengine.config import Config
from rich.console import Console
from rich.table import Table

from mmuda.evaluation import write_figures
from mmuda.evaluation.collecting import NUM_IMAGES
from mmuda.evaluation.diagnosis import DEFAULT, Diagnosis, diagnose
from mmuda.files import sha256_of
from mmuda.jobs.domains import pair_of
from mmuda.jobs.evidence import Evidence
from mmuda.jobs.trained_model import load_model
from mmuda.visualization.diagnosis import draw_looks, draw_shares


def diagnosis_of(checkpoint: str | Path) -> Path:
    """Where the diagnosis by a checkpoint goes, and is looked for: beside it."""
    place = Path(checkpoint)
    return place.with_name(f'{place.stem}_diagnosis') / 'diagnosis.json'


def checkpoint_of(diagnosis: str | Path) -> Path:
    """The checkpoint beside which a diagnosis lies; it need not be there."""
    folder = Path(diagnosis).parent
    return folder.with_name(f'{folder.name.removesuffix("_diagnosis")}.pth')


def diagnose_config(
    cfg: Config,
    checkpoint: str | Path,
    out: Path | None = None,
    num_images: int = NUM_IMAGES,
) -> Diagnosis:
    """Diagnose, print, and write figures and pictures.

    Args:
        cfg: From :func:`mmuda.jobs.config.load_config`.
        checkpoint: Of its model: the source model, or an adapted one.
        out: Folder for ``diagnosis.json`` and the pictures; None for that of
            :func:`diagnosis_of`.
        num_images: Of each domain.

    Raises:
        ValueError: If the config names no target, or the checkpoint does not fit.
    """
    file = diagnosis_of(checkpoint) if out is None else out / 'diagnosis.json'
    evidence = Evidence.of(cfg)
    model = load_model(cfg, checkpoint)
    source, target = evidence.of_model(model, num_images, inner=True)
    found = diagnose(source, target, evidence.source[0].metainfo['classes'])
    made_by = {
        'pair': pair_of(cfg),
        'checkpoint': sha256_of(checkpoint),
        'images': [len(source.valid), len(target.valid)],
        'held_out': evidence.held_out,
    }
    write_figures(file, {**found.figures, **made_by})
    estimates = {n: (s.target, s.low, s.high) for n, s in found.shares.items()}
    truth = found.shares[DEFAULT].source
    draw_shares(file.with_name('class_shares.png'), found.classes, truth, estimates)
    bands = source.of('bands'), target.of('bands')
    title = (
        f'distance of pixels {found.looks.of_bands:.2f}, of features '
        f'{found.looks.of_features:.2f} (0 alike, 2 always told apart)'
    )
    draw_looks(file.with_name('looks.png'), *bands, title)
    _print(found, file)
    return found


def _print(found: Diagnosis, file: Path) -> None:
    table = Table(
        'class', 'source %', *(f'target %, {n.upper()}' for n in found.shares)
    )
    for i, name in enumerate(found.classes):
        cells = [
            f'{100 * s.target[i]:.1f} ({100 * s.low[i]:.1f} to {100 * s.high[i]:.1f})'
            for s in found.shares.values()
        ]
        table.add_row(name, f'{100 * found.shares[DEFAULT].source[i]:.1f}', *cells)
    console = Console()
    console.print(table)
    looks, kind = found.looks, found.kind
    moved = ', '.join(f'{m:.2f}' for m in looks.moved)
    explained = '-' if np.isnan(kind.explained) else f'{100 * kind.explained:.0f} %'
    console.print(
        f'bands moved by {moved} standard deviations; distance of pixels '
        f'{looks.of_bands:.2f}, of features {looks.of_features:.2f} (of 2); class '
        f'shares explain {explained} of what differs',
        found.sentence,
        str(file),
        sep='\n',
        soft_wrap=True,
        highlight=False,
    )
