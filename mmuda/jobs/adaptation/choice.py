"""Choosing from a pool without a label of B, and when to keep the source-only model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Column, Table

from mmuda.evaluation import write_figures
from mmuda.evaluation.bootstrap import Interval
from mmuda.evaluation.criteria import (
    best_of,
    expected_shares,
    score_pool,
    source_score,
)
from mmuda.evaluation.guard import Decision, guard
from mmuda.jobs.adaptation.variants import Variant
from mmuda.jobs.console import table_console
from mmuda.jobs.prediction import Model

CRITERION = 'ensv'


@dataclass(frozen=True)
class Judgement:
    """What can be said of a model without a label of B.

    Args:
        name: Its name.
        agreement: With the pool, percent; NaN for a model that has collapsed.
        source: Mean IoU on what A holds out, percent.
        gain: Estimated gain in mean IoU over the source-only model, points; None for a
            model of A alone, or one that has collapsed.
    """

    name: str
    agreement: float
    source: float
    gain: Interval | None = None

    @property
    def cells(self) -> dict[str, str]:
        """As tables show it, by the name of the column."""
        gain, collapsed = self.gain, np.isnan(self.agreement)
        return {
            'model': self.name,
            'estimated gain': '-'
            if gain is None
            else f'{gain.value:.1f} ({gain.low:.1f} to {gain.high:.1f})',
            'agreement with the pool, %': 'collapsed'
            if collapsed
            else f'{self.agreement:.1f}',
            'mIoU on what A holds out, %': f'{self.source:.1f}',
        }


@dataclass(frozen=True)
class Choice:
    """What was chosen, and what from.

    Args:
        model: The chosen model.
        source_only: The one that is kept when in doubt.
        sentence: Which of them makes the map, and why.
        judged: All that could be chosen.
        chosen: Number of the chosen one.
        average: What became of the average of the pool; None if nobody asked.
    """

    model: Model
    source_only: Model
    sentence: str
    judged: Sequence[Judgement]
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
    expected = expected_shares(candidates)
    agreement = score_pool(candidates, (CRITERION,), expected)[CRITERION]
    kept = of_source[best_of([agreement[n] for n in of_source]) or 0]
    return Ranking(expected, agreement, kept)


def choose(pool: Sequence[Variant]) -> Choice:
    """The model whose estimated gain is the surest, if the guard accepts one.

    Every model but those of A alone is held against the source-only model that the pool
    agrees with most (EnsV). Of those that the guard accepts the one is taken whose
    estimated gain has the highest lower bound; if there is none, that source-only model
    is kept.

    Args:
        pool: At least one of them source-only.
    """
    ranking = rank(pool)
    kept = ranking.kept
    decisions = {
        number: guard(variant.candidate, pool[kept].candidate, ranking.expected)
        for number, variant in enumerate(pool)
        if not variant.source_only and np.isfinite(ranking.agreement[number])
    }
    surest = sorted(decisions, key=lambda n: decisions[n].gain.low, reverse=True)
    chosen = next((n for n in surest if decisions[n].accepted), kept)
    if chosen != kept:
        sentence = decisions[chosen].sentence
    elif surest:
        best = surest[0]
        sentence = (
            'The source-only model is kept. Closest to it comes '
            f'{pool[best].candidate.name}: {"; ".join(decisions[best].reasons)}.'
        )
    else:
        sentence = 'The source-only model is kept: no other in the pool works.'
    judged = [
        _judged(variant, agreement, decisions.get(number))
        for number, (variant, agreement) in enumerate(
            zip(pool, ranking.agreement, strict=True)
        )
    ]
    return Choice(pool[chosen].model, pool[kept].model, sentence, judged, chosen)


def _judged(variant: Variant, agreement: float, found: Decision | None) -> Judgement:
    said = variant.candidate
    known = 100 * agreement if np.isfinite(agreement) else float('nan')
    return Judgement(said.name, known, source_score(said), found and found.gain)


def report(choice: Choice, file: Path) -> None:
    """Print the pool, and write it to a JSON file."""
    first, *others = choice.judged[0].cells
    table = Table(Column(first, no_wrap=True), *others)
    for number, judged in enumerate(choice.judged):
        name, *cells = judged.cells.values()
        table.add_row(name + ' *' * (number == choice.chosen), *cells)
    console = table_console()
    console.print(table)
    for sentence in filter(None, (choice.average, choice.sentence)):
        console.print(sentence, soft_wrap=True, highlight=False)
    pool = [
        {
            'name': judged.name,
            'gain': judged.gain
            and [judged.gain.value, judged.gain.low, judged.gain.high],
            'ensv': None if np.isnan(judged.agreement) else judged.agreement,
            'source': judged.source,
        }
        for judged in choice.judged
    ]
    chosen = choice.judged[choice.chosen].name
    figures = {'sentence': choice.sentence, 'chosen': chosen, 'pool': pool}
    write_figures(file, {**figures, 'average': choice.average})
