"""Choosing from a pool without a label of B, and when to keep the source-only model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from mmuda.evaluation import write_figures
from mmuda.evaluation.criteria import (
    best_of,
    expected_shares,
    score_pool,
    source_score,
)
from mmuda.evaluation.guard import guard
from mmuda.jobs.adaptation.variants import Variant
from mmuda.jobs.prediction import Model

CRITERION = 'ensv'


@dataclass(frozen=True)
class Choice:
    """What was chosen, and what from.

    Args:
        model: The chosen model.
        source_only: The one that is kept when in doubt.
        sentence: Which of them makes the map, and why.
        names: Of all that could be chosen.
        scores: Of each: agreement with the pool, percent, NaN for one that has
            collapsed, and mean IoU on what A holds out, percent.
        chosen: Number of the chosen one.
        average: What became of the average of the pool; None if nobody asked.
    """

    model: Model
    source_only: Model
    sentence: str
    names: Sequence[str]
    scores: Sequence[tuple[float, float]]
    chosen: int
    average: str | None = None


@dataclass(frozen=True)
class Ranking:
    """What a pool thinks of its members.

    Args:
        expected: Class shares of B, estimated, (C,).
        agreement: Of each member with the pool, in [0, 1]; -inf for a collapsed one.
        kept: Number of the source-only model that the pool agrees with most.
    """

    expected: np.ndarray
    agreement: Sequence[float]
    kept: int


def rank(pool: Sequence[Variant]) -> Ranking:
    """Ask each member, and all together (EnsV).

    Args:
        pool: At least one of them source-only.
    """
    candidates = [variant.candidate for variant in pool]
    of_source = [n for n, variant in enumerate(pool) if variant.source_only]
    expected = expected_shares(max(candidates, key=source_score))
    agreement = score_pool(candidates, (CRITERION,), expected)[CRITERION]
    kept = of_source[best_of([agreement[n] for n in of_source]) or 0]
    return Ranking(expected, agreement, kept)


def choose(pool: Sequence[Variant]) -> Choice:
    """The model that the pool agrees with most (EnsV), if the guard accepts it.

    What is kept otherwise is the source-only model that the pool agrees with most.

    Args:
        pool: At least one of them source-only.
    """
    candidates = [variant.candidate for variant in pool]
    ranking = rank(pool)
    agreement, kept = ranking.agreement, ranking.kept
    chosen, best = kept, best_of(agreement)
    sentence = (
        'The source-only model is kept: of all models in the pool, it is the one that '
        'the others agree with most.'
    )
    if best is None:
        sentence = 'The source-only model is kept: all models in the pool collapsed.'
    elif not pool[best].source_only:
        decision = guard(candidates[best], candidates[kept], ranking.expected)
        sentence = decision.sentence
        chosen = best if decision.accepted else kept
    scores = [
        (100 * a if np.isfinite(a) else float('nan'), source_score(c))
        for a, c in zip(agreement, candidates, strict=True)
    ]
    names = [candidate.name for candidate in candidates]
    models = pool[chosen].model, pool[kept].model
    return Choice(*models, sentence, names, scores, chosen)


def report(choice: Choice, file: Path) -> None:
    """Print the pool, and write it to a JSON file."""
    table = Table('model', 'agreement with the pool, %', 'mIoU on what A holds out, %')
    for number, (name, scores) in enumerate(
        zip(choice.names, choice.scores, strict=True)
    ):
        mark = ' *' if number == choice.chosen else ''
        cells = ['-' if np.isnan(s) else f'{s:.1f}' for s in scores]
        table.add_row(name + mark, *cells)
    console = Console()
    console.print(table)
    for sentence in filter(None, (choice.average, choice.sentence)):
        console.print(sentence, soft_wrap=True, highlight=False)
    pool = [
        {
            'name': name,
            'ensv': None if np.isnan(agreement) else agreement,
            'source': own,
        }
        for name, (agreement, own) in zip(choice.names, choice.scores, strict=True)
    ]
    chosen = choice.names[choice.chosen]
    figures = {'sentence': choice.sentence, 'chosen': chosen, 'pool': pool}
    write_figures(file, {**figures, 'average': choice.average})
