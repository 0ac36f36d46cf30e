"""How well checkpoints can be chosen without labels: what each criterion is worth.

Scores were made without target labels; what checkpoints are truly worth was measured
afterwards, and is an oracle's knowledge.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmuda.evaluation.criteria import (
    Choices,
    choices_by_chance,
    judge_choices,
    rank_correlations,
)
from mmuda.files import read_json
from mmuda.jobs.reporting.figures import Figure, table
from mmuda.jobs.reporting.results import Result
from mmuda.jobs.selection_oracle import judged_in, true_figures
from mmuda.jobs.statistics import alpha_suffix
from mmuda.visualization.svg import legend, scatters

ORACLE, CHANCE = 'the best (ORACLE)', 'drawn at random'
COLUMNS = (
    *('criterion', 'Spearman', 'Kendall', 'chooses', 'its mIoU', 'regret'),
    *('regret by seed', 'worst by seed', 'regret by run'),
    'worst by run',
)


@dataclass(frozen=True, eq=False)
class Selection:
    """The checkpoints of one pair, with their scores and what they are worth.

    Args:
        pair: Source and target.
        names: Run and checkpoint.
        methods: Of each.
        seeds: Likewise.
        folders: Of its run.
        scores: By criterion: -inf of a collapsed checkpoint, NaN where a criterion does
            not apply.
        truth: MIoU in percent.
    """

    pair: str
    names: Sequence[str]
    methods: Sequence[str]
    seeds: Sequence[int]
    folders: Sequence[Path]
    scores: dict[str, np.ndarray]
    truth: np.ndarray

    def judged(self, scores: np.ndarray) -> list[Choices]:
        """What the highest scores choose: of all, of each seed, and of each run."""
        return [judge_choices(scores, self.truth, pools) for pools in self._pools]

    @property
    def by_chance(self) -> list[Choices]:
        """The same of checkpoints drawn at random."""
        return [choices_by_chance(self.truth, pools) for pools in self._pools]

    @property
    def _pools(self) -> list[Sequence[Hashable]]:
        return [[0] * len(self.names), self.seeds, self.folders]


def read_selection(file: str | Path, results: Sequence[Result]) -> Selection:
    """What ``mmuda select-checkpoint --analysis`` left.

    Args:
        file: Of the scores.
        results: Runs, which know what their method is called.

    Raises:
        FileNotFoundError: If there is no such file, or a checkpoint was not measured.
        ValueError: If it is none of scores.
    """
    if not Path(file).is_file():
        raise FileNotFoundError(f'no selection {file}: see mmuda select-checkpoint')
    said = read_json(file)
    if missing := {'pair', 'checkpoints', 'methods', 'seeds', 'scores'} - set(said):
        raise ValueError(
            f'{file} has no {", ".join(sorted(missing))}, expected the scores that '
            'mmuda select-checkpoint writes'
        )
    judged = judged_in(said)
    folders = [checkpoint.parent.resolve() for checkpoint, _ in judged]
    called = {r.folder.resolve(): r.method.removesuffix(r.suffix) for r in results}
    methods = zip(folders, said['methods'], strict=True)
    lowest = np.where(said['collapsed'], -np.inf, np.nan)
    return Selection(
        pair=said['pair'],
        names=[f'{c.parent.name}/{c.stem}{alpha_suffix(alpha)}' for c, alpha in judged],
        methods=[
            called.get(folder, method) + alpha_suffix(alpha)
            for (folder, method), (_, alpha) in zip(methods, judged, strict=True)
        ],
        seeds=said['seeds'],
        folders=folders,
        scores={
            name: np.where(np.equal(values, None), lowest, values).astype(float)
            for name, values in said['scores'].items()
        },
        truth=np.array([_truth(*of, file) for of in judged]),
    )


def _truth(checkpoint: Path, alpha: float | None, file: str | Path) -> float:
    figures = true_figures(checkpoint, alpha)
    if figures is None:
        raise FileNotFoundError(
            f'{checkpoint}{alpha_suffix(alpha)} of {file} was not measured on target '
            'labels: choose again with mmuda select-checkpoint --analysis'
        )
    return figures['mIoU']


def selection_figures(selection: Selection) -> list[Figure]:
    """Table and scatter plots of one pair."""
    return [_criteria(selection), _scatter(selection)]


def _criteria(selection: Selection) -> Figure:
    rows = [_row(selection, name, s) for name, s in selection.scores.items()]
    rows.sort(key=lambda row: row[5] if row[5] is not None else np.inf)
    best = selection.judged(selection.truth)
    chance = selection.by_chance
    rows.append((CHANCE, None, None, None, None, *_losses(chance)))
    rows.append((ORACLE, 1.0, 1.0, *_chosen(selection, best[0]), *_losses(best)))
    shown = [tuple(map(_text, row)) for row in rows]
    return Figure(
        f'Criteria on {selection.pair}',
        table(COLUMNS, shown),
        [COLUMNS, *rows],
        f'{len(selection.names)} checkpoints. Regret: how far the mIoU of what is '
        'chosen is below that of the best, in points; the mean over the seeds where '
        'there is a choice among all checkpoints of a seed, over the runs where it is '
        'among those of a run. Worst: how often the lowest mIoU is chosen. No label of '
        'the target is in any score.',
    )


def _row(selection: Selection, name: str, scores: np.ndarray) -> tuple:
    rho, tau = rank_correlations(scores, selection.truth) or (None, None)
    choices = selection.judged(scores)
    return (name, rho, tau, *_chosen(selection, choices[0]), *_losses(choices))


def _chosen(selection: Selection, choices: Choices) -> tuple[str | None, float | None]:
    (index,) = choices.chosen
    if index is None:
        return None, None
    return selection.names[index], float(selection.truth[index])


def _losses(choices: Sequence[Choices]) -> tuple:
    """Regret of all; then regret and worst within seeds, and within runs."""
    of_all, *within = choices
    found = [(c.regret, f'{c.worst:.3g} of {c.pools}') for c in within]
    return (of_all.regret, *(value for pair in found for value in pair))


def _text(value: object) -> str:
    if value is None:
        return '-'
    return f'{value:.2f}' if isinstance(value, float) else str(value)


def _scatter(selection: Selection) -> Figure:
    order = list(dict.fromkeys(selection.methods))
    own = {method: np.equal(selection.methods, method) for method in order}
    panels = {}
    for name, scores in selection.scores.items():
        shown = {m: np.isfinite(scores) & of for m, of in own.items()}
        panels[name] = {
            m: (scores[kept].tolist(), selection.truth[kept].tolist())
            for m, kept in shown.items()
        }
    columns = ('checkpoint', 'method', 'seed', 'mIoU (ORACLE)', *selection.scores)
    known = (selection.names, selection.methods, selection.seeds, selection.truth)
    rows = zip(*known, *selection.scores.values(), strict=True)
    return Figure(
        f'Scores on {selection.pair}',
        legend(order, order) + scatters(panels, order, 'true mIoU % (ORACLE)'),
        [columns, *rows],
        'Each point is a checkpoint, the better the criterion the more they rise. '
        'Collapsed ones have no score and are not shown.',
    )


def over_pairs(selections: Sequence[Selection]) -> Figure:
    """Means over the pairs, each of which counts alike."""
    columns = ('criterion', 'pairs', 'Spearman', 'Kendall', 'regret', 'worst by seed')
    rows = []
    for name in dict.fromkeys(name for s in selections for name in s.scores):
        those = [s for s in selections if name in s.scores]
        correlated = [rank_correlations(s.scores[name], s.truth) for s in those]
        rows.append(
            (
                name,
                len(those),
                *_means([c or (None, None) for c in correlated]),
                *_together([s.judged(s.scores[name])[1] for s in those]),
            )
        )
    rows.sort(key=lambda row: row[4] if row[4] is not None else np.inf)
    chance = _together([s.by_chance[1] for s in selections])
    rows.append((CHANCE, len(selections), None, None, *chance))
    shown = [tuple(map(_text, row)) for row in rows]
    return Figure(
        'Criteria over all pairs',
        table(columns, shown),
        [columns, *rows],
        'Means over the pairs on which a criterion applies. Regret is that of a choice '
        'among all checkpoints of a seed, in points of mIoU.',
    )


def _means(values: Sequence[Sequence[float | None]]) -> list[float | None]:
    known = [[v for v in of if v is not None] for of in zip(*values, strict=True)]
    return [float(np.mean(of)) if of else None for of in known]


def _together(choices: Sequence[Choices]) -> tuple[float | None, str]:
    (regret,) = _means([(c.regret,) for c in choices])
    worst, pools = (sum(getattr(c, n) for c in choices) for n in ('worst', 'pools'))
    return regret, f'{worst:.3g} of {pools}'
