"""Choosing between finished runs without a label of the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mmengine.config import Config
from rich.table import Table

from mmuda.engine.checkpoint import checkpoints_in
from mmuda.evaluation import write_figures
from mmuda.evaluation.collecting import NUM_IMAGES
from mmuda.evaluation.criteria import (
    CRITERIA,
    Candidate,
    best_of,
    check_criterion,
    expected_shares,
    score_pool,
)
from mmuda.evaluation.tile_samples import TileSamples
from mmuda.jobs.console import table_console
from mmuda.jobs.domains import pair_of
from mmuda.jobs.evidence import Evidence
from mmuda.jobs.oracle import is_oracle
from mmuda.jobs.statistics import alpha_suffix, split_alpha, with_statistics
from mmuda.jobs.trained_model import load_model


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint of a run.

    Args:
        file: It.
        cfg: Of its run.
        alpha: Batch statistics that it predicts with; None for those it declares.
    """

    file: Path
    cfg: Config
    alpha: float | None = None

    @property
    def suffix(self) -> str:
        """What tells it from itself with other batch statistics."""
        return alpha_suffix(self.alpha)

    @property
    def name(self) -> str:
        """As tables call it: run and file."""
        return f'{self.file.parent.name}/{self.file.stem}{self.suffix}'

    def __str__(self) -> str:
        """As it may be given to :func:`select`."""
        return f'{self.file}{self.suffix}'


def select(
    runs: Sequence[str | Path],
    out: Path,
    criterion: str = 'atc',
    num_images: int = NUM_IMAGES,
) -> Checkpoint | None:
    """Score all checkpoints by every criterion, print a table, choose by one.

    Args:
        runs: Work folders, all of whose checkpoints take part, or checkpoints in them;
            with ``@<alpha>`` behind for batch statistics other than the declared ones.
        out: JSON file for the scores.
        criterion: That chooses.
        num_images: Of each domain to look at.

    Returns:
        The chosen checkpoint; None if all have collapsed.

    Raises:
        FileNotFoundError: If a run has no checkpoint, or no config.
        ValueError: If a run is an oracle, or runs are of other domains or classes.
    """
    check_criterion(criterion)
    checkpoints = [found for run in runs for found in _checkpoints(str(run))]
    _check_alike(checkpoints)
    evidence = Evidence.of(checkpoints[0].cfg)
    pool = _candidates(checkpoints, evidence, num_images)
    expected = expected_shares(pool)
    scores = score_pool(pool, expected=expected)
    best = {name: best_of(values) for name, values in scores.items()}
    chosen = best[criterion]
    summary = {
        'criterion': criterion,
        'chosen': None if chosen is None else str(checkpoints[chosen]),
        'pair': pair_of(checkpoints[0].cfg),
        'checkpoints': [str(found.file) for found in checkpoints],
        'alphas': [found.alpha for found in checkpoints],
        'methods': [candidate.family for candidate in pool],
        'seeds': [candidate.seed for candidate in pool],
        'images': [len(pool[0].source.valid), len(pool[0].target.valid)],
        'held_out': evidence.held_out,
        'expected_shares': expected.tolist(),
        'collapsed': [not np.isfinite(s) for s in scores['source']],
        'scores': {n: [_plain(v) for v in values] for n, values in scores.items()},
        'best': {n: None if b is None else pool[b].name for n, b in best.items()},
    }
    write_figures(out, summary)
    _print(pool, scores, best, criterion)
    return None if chosen is None else checkpoints[chosen]


def _checkpoints(text: str) -> list[Checkpoint]:
    """A checkpoint, or those of a run in the order of training."""
    name, alpha = split_alpha(text)
    run = Path(name)
    folder, files = (run.parent, [run]) if run.suffix == '.pth' else (run, [])
    if run.suffix != '.pth':
        files = list(checkpoints_in(folder).values())
    if not files or not files[0].is_file():
        raise FileNotFoundError(f'{run} has no checkpoint, expected iter_<n>.pth')
    cfg = config_of(folder)
    if is_oracle(cfg):
        raise ValueError(
            f'{run} is an oracle: it was trained with target labels, which choosing '
            'without them must not be mixed with'
        )
    return [Checkpoint(file, cfg, alpha) for file in files]


def config_of(folder: Path) -> Config:
    """The config that a run wrote into its work folder, complete as it is.

    Raises:
        FileNotFoundError: If there is none.
    """
    files = sorted(folder.glob('*.py'), key=lambda file: file.stat().st_mtime)
    if not files:
        raise FileNotFoundError(
            f'{folder} has no config: a run writes it there, expected <method>.py'
        )
    return Config.fromfile(files[-1])


def _check_alike(checkpoints: Sequence[Checkpoint]) -> None:
    """Refuse to compare runs of other domains.

    Raises:
        ValueError: If sources or targets differ.
    """
    if not checkpoints:
        raise ValueError('there is no run to select from')
    first = checkpoints[0]
    for other in checkpoints[1:]:
        for key in ('source', 'target'):
            named = [found.cfg.get(key) for found in (first, other)]
            if named[0] != named[1]:
                raise ValueError(
                    f'{other.name} has the {key} {named[1]}, {first.name} {named[0]}: '
                    'models of other domains can not be compared'
                )


def _candidates(
    checkpoints: Sequence[Checkpoint], evidence: Evidence, num_images: int
) -> list[Candidate]:
    """What they say; of the source with its own statistics, whatever their alpha."""
    of_source: dict[Path, TileSamples] = {}
    pool = []
    for found in checkpoints:
        if found.file not in of_source:
            model = load_model(found.cfg, found.file)
            of_source[found.file] = evidence.of_source(model, num_images, inner=True)
        file = found.file
        if found.alpha is not None:
            file = with_statistics(found.cfg, found.file)
        model = load_model(found.cfg, file, found.alpha)
        views = dict(inner=True, views=True)
        pool.append(
            Candidate(
                found.name,
                of_source[found.file],
                evidence.of_target(model, num_images, **views),
                family=Path(found.cfg.filename).stem,
                seed=found.cfg.get('randomness', {}).get('seed') or 0,
                variant=found.suffix,
            )
        )
    return pool


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _print(
    pool: Sequence[Candidate],
    scores: dict[str, list[float]],
    best: dict[str, int | None],
    criterion: str,
) -> None:
    """A line per checkpoint; the best of each criterion is starred."""
    table = Table('checkpoint', *CRITERIA)
    for i, candidate in enumerate(pool):
        cells = []
        for name, values in scores.items():
            shown = f'{values[i]:.3f}' if np.isfinite(values[i]) else '-'
            cells.append(f'{shown}*' if best[name] == i else shown)
        collapsed = scores['source'][i] == -np.inf
        table.add_row(candidate.name + (' (collapsed)' if collapsed else ''), *cells)
    console = table_console()
    console.print(table)
    chosen = best[criterion]
    name = 'none: all have collapsed' if chosen is None else pool[chosen].name
    console.print(f'chosen by {criterion}: {name}', soft_wrap=True, highlight=False)
