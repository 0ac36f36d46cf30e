"""When do estimated class shares help? Artificial shifts, and the pair itself.

    python projects/label_shift/shifts.py CONFIG CHECKPOINT [CHECKPOINT ...] --out DIR

Of each source model, pixels of the images that the source holds out are split by image.
One half calibrates. The other half stands for a target: its pixels are drawn anew so
that the classes have random shares, from images as they are (shares differ, and nothing
else) and from darker, blurred ones (looks differ too). What `mmuda diagnose` says of
both halves is then compared with the truth; labels of the second half, and of the
target, are read for that alone.
"""

import argparse
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmseg.registry import DATASETS, TRANSFORMS
from rich.console import Console
from rich.progress import track
from rich.table import Table

from mmuda.evaluation import write_figures
from mmuda.evaluation.collecting import collect
from mmuda.evaluation.diagnosis import diagnose
from mmuda.evaluation.shares import ESTIMATORS, PriorCorrection, class_shares
from mmuda.evaluation.tile_samples import TileSamples
from mmuda.jobs.config import load_config
from mmuda.jobs.evidence import Evidence
from mmuda.jobs.trained_model import load_model

NUM_IMAGES = 256  # of each domain, at most
DRAWS = 20  # of the bootstrap, whose intervals nobody looks at here
STRENGTHS = (0.5, 1.0)
DARKER = dict(type='AdjustGamma', gamma=2.0)  # of images of 8 bits


@dataclass(frozen=True)
class Case:
    """A source, and what stands for a target.

    Args:
        name: ``'shares'``, ``'shares and looks'`` or ``'pair'``.
        source: Held-out tiles with labels.
        target: Tiles with labels, which only the truth is taken from.
    """

    name: str
    source: TileSamples
    target: TileSamples


def judge(case: Case, classes: Sequence[str]) -> dict:
    """What the diagnosis says, and what its shares would have done; percent."""
    unlabelled = replace(case.target, labels=None)
    found = diagnose(case.source, unlabelled, classes, DRAWS)
    labels = case.target.of('labels').astype(int)
    truth = class_shares(labels, len(classes))
    logits = case.target.of('logits')
    plain = found.calibration.logits(logits)
    figures = {
        'case': case.name,
        'kind': found.kind.kind,
        'allowed': found.kind.allows_correction,
        'moved': _distance(found.shares['mlls'].source, truth),
        'none': _miou(logits, labels),
        'calibrated': _miou(plain, labels),
    }
    ratios = {name: shares.ratios for name, shares in found.shares.items()}
    for name in ESTIMATORS:
        figures[f'{name} error'] = _distance(found.shares[name].target, truth)
    source = found.shares['mlls'].source
    ratios['true'] = np.maximum(truth, 1e-4) / np.maximum(source, 1e-4)
    for name, ratio in ratios.items():
        for strength in STRENGTHS:
            correction = PriorCorrection(found.calibration, ratio, strength)
            corrected = _miou(correction.logits(logits), labels)
            figures[f'{name} {strength:g}'] = corrected
    return figures


def cases(
    source: TileSamples, darker: TileSamples, number: int, seed: int
) -> Iterator[Case]:
    """Artificial targets, as they are and darker by turns."""
    random = np.random.default_rng(seed)
    tiles = random.permutation(len(source.valid))
    ours, theirs = np.array_split(tiles, 2)
    calibrating = _part(source, ours)
    count = int(source.labels[source.valid].max()) + 1
    for _ in range(number // 2):
        shares = random.dirichlet(np.ones(count))
        for name, samples in (('shares', source), ('shares and looks', darker)):
            drawn = _drawn(_part(samples, theirs), shares, random)
            yield Case(name, calibrating, drawn)


def _part(samples: TileSamples, tiles: np.ndarray) -> TileSamples:
    parts = {k: v[tiles] for k, v in vars(samples).items() if v is not None}
    return TileSamples(**parts)


def _drawn(
    samples: TileSamples, shares: np.ndarray, random: np.random.Generator
) -> TileSamples:
    """Keep pixels at random, so that classes have these shares of what is kept."""
    labels = np.minimum(samples.labels, len(shares) - 1)
    there = class_shares(samples.of('labels').astype(int), len(shares))
    keep = np.where(there > 0, shares / np.maximum(there, 1e-12), 0)
    kept = random.random(labels.shape) < (keep / keep.max())[labels]
    return replace(samples, valid=samples.valid & kept)


def _distance(estimate: np.ndarray, truth: np.ndarray) -> float:
    """Total variation: the share of pixels that have another class, percent."""
    return 50 * float(np.abs(estimate - truth).sum())


def _miou(scores: np.ndarray, labels: np.ndarray) -> float:
    """Of the classes that are there, percent."""
    count = scores.shape[1]
    predicted = scores.argmax(1)
    table = np.bincount(labels * count + predicted, minlength=count**2)
    table = table.reshape(count, count)
    both = table.sum(0) + table.sum(1) - np.diag(table)
    there = table.sum(1) > 0
    return 100 * float((np.diag(table)[there] / both[there]).mean())


def of_checkpoint(cfg: Config, checkpoint: str, number: int, seed: int) -> list[dict]:
    """All cases of one source model."""
    evidence = Evidence.of(cfg)
    classes = evidence.source[0].metainfo['classes']
    model = load_model(cfg, checkpoint)

    def seen(datasets: list[BaseDataset]) -> TileSamples:
        return collect(model, datasets, 'source', NUM_IMAGES, inner=True)

    source = seen(evidence.source)
    darker = seen([_darkened(dataset) for dataset in evidence.source])
    target = seen([DATASETS.build(cfg.test_dataloader.dataset)])
    found = [judge(Case('pair', source, target), classes)]
    artificial = track(
        cases(source, darker, number, seed), 'shifts', total=2 * (number // 2)
    )
    found += [judge(case, classes) for case in artificial]
    return [{'checkpoint': str(checkpoint), **figures} for figures in found]


def _darkened(dataset: BaseDataset) -> BaseDataset:
    dataset = deepcopy(dataset)
    dataset.pipeline.transforms.insert(-1, TRANSFORMS.build(DARKER))
    return dataset


GROUPS = {
    'shares': 'shares differ',
    'shares and looks': 'looks differ too',
    'pair': 'the pair itself',
}


def summary(found: Sequence[dict]) -> list[dict]:
    """Means of the cases of a kind, apart by what the check said."""
    rows = []
    for name, words in GROUPS.items():
        for allowed in (True, False):
            some = [f for f in found if (f['case'], f['allowed']) == (name, allowed)]
            if not some:
                continue
            of = {
                key: np.array([case[key] for case in some])
                for key, value in some[0].items()
                if isinstance(value, float)
            }
            gain = of['mlls 0.5'] - of['none']
            means = {key: float(values.mean()) for key, values in of.items()}
            rows.append(
                {
                    'target': words,
                    'check': 'allows' if allowed else 'refuses',
                    'cases': len(some),
                    **means,
                    'better': 100 * float((gain > 0).mean()),
                    'worst': float(gain.min()),
                }
            )
    return rows


def show(rows: Sequence[dict]) -> None:
    """Print the means, a column for each row."""
    heads = [f'{r["target"]}, check {r["check"]} ({r["cases"]})' for r in rows]
    table = Table('%', *heads)
    for key in rows[0]:
        if isinstance(rows[0][key], float):
            table.add_row(key, *(f'{row[key]:.1f}' for row in rows))
    Console().print(table)


def main() -> None:
    """Read the command line, judge, write ``shifts.json``, print."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('config', help='of the source model')
    parser.add_argument('checkpoints', nargs='+', help='one per seed')
    parser.add_argument('--source', help='data set, if not that of the config')
    parser.add_argument('--target')
    parser.add_argument('--small', action='store_true', help='as it was trained')
    parser.add_argument('--shifts', type=int, default=200, help='of each model')
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    cfg = load_config(
        args.config, source=args.source, target=args.target, small=args.small
    )
    found = []
    for seed, checkpoint in enumerate(args.checkpoints):
        found += of_checkpoint(cfg, checkpoint, args.shifts, seed)
    rows = summary(found)
    write_figures(args.out / 'shifts.json', {'summary': rows, 'cases': found})
    show(rows)


if __name__ == '__main__':
    main()
