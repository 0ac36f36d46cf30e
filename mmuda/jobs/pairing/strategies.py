"""The strategies of Gritzner and Ostermann 2020, Sect. 5.2 and Table 3."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from mmengine.dist import all_gather_object, get_dist_info
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from mmuda.jobs.pairing.images import PairingImages, share
from mmuda.jobs.pairing.options import PairingOptions
from mmuda.pairing import (
    LabelMaps,
    Mapping,
    all_similarities,
    most_similar_of_blocks,
)
from mmuda.pairing.assignment import assign
from mmuda.pairing.coarse import most_similar_coarsely, recall
from mmuda.pairing.maps import ClassMaps
from mmuda.pairing.mmd import (
    RandomFeatures,
    embedded_mmd,
    lowest,
    median_distance,
    self_similarity,
    squared_mmd_to_all,
)

NUM_FEATURES = 512  # frequencies of the random features
BANDWIDTH_SAMPLES = 2048  # whose median distance is the bandwidth
RECALL_ROWS = 200  # source images on which the coarse search is checked
MMD_ROWS = 256  # source images compared at a time


@dataclass(frozen=True)
class Pairs:
    """What a strategy found.

    Args:
        partners: Indices of the targets of each source image, best first, (N, k).
        scores: Higher is better, (N, k).
        settings: For the manifest.
    """

    partners: np.ndarray
    scores: np.ndarray
    settings: dict = field(default_factory=dict)


def random(images: PairingImages, options: PairingOptions) -> Pairs:
    """Random: each source image gets random target images."""
    seed = images.cfg.randomness.seed
    rng = np.random.default_rng(seed)
    shape = (len(images.source), options.top_k)
    return Pairs(
        rng.integers(len(images.target), size=shape),
        np.full(shape, np.nan),
        {'seed': seed},
    )


def approximation(images: PairingImages, options: PairingOptions) -> Pairs:
    """Approximation: Eq. 3 with SemSim* (Eq. 2)."""
    return _search(images, options, lambda: [images.probabilities])


def ground_truth(images: PairingImages, options: PairingOptions) -> Pairs:
    """Ground Truth: Eq. 3 with SemSim (Eq. 1), an oracle.

    Where the target is a ``CityDataset`` with ``random_patches`` (16,000 per image in
    the paper), the candidates are cut on the way and nothing of them is stored.
    """
    blocks = lambda: images.target_label_blocks(options.memory_left)  # noqa: E731
    return _search(images, options, blocks)


def shuffled_ground_truth(images: PairingImages, options: PairingOptions) -> Pairs:
    """Shuffled Ground Truth: its targets as a whole, each given to a random source.

    The class distribution over all pairs is that of Ground Truth, that within a pair is
    not. Reads the mapping ``pairing.ground_truth`` of the config where there is one.
    """
    file = (images.cfg.get('pairing') or {}).get('ground_truth')
    if file is None:
        partners = ground_truth(images, options).partners
    else:
        partners = Mapping.load(file).indices(*images.sets)
    seed = images.cfg.randomness.seed
    order = np.random.default_rng(seed).permutation(len(partners))
    return Pairs(
        partners[order], np.full(partners.shape, np.nan), {'seed': seed, 'from': file}
    )


def image_mmd(images: PairingImages, options: PairingOptions) -> Pairs:
    """Image space MMD: the lowest MMD, where each pixel is a sample."""
    return _least_discrepant(images, options, tap=None)


def feature_mmd(images: PairingImages, options: PairingOptions) -> Pairs:
    """Feature space MMD: the lowest MMD, where each location of a layer is a sample.

    Raises:
        ValueError: If neither the options nor the config name the layer.
    """
    tap = options.tap
    if tap is None:
        raise ValueError(
            'feature_mmd needs a layer: name it by --tap or by pairing.tap of the '
            'config'
        )
    return _least_discrepant(images, options, tap)


Strategy = Callable[[PairingImages, PairingOptions], Pairs]
STRATEGIES: dict[str, Strategy] = {
    strategy.__name__: strategy
    for strategy in (
        random,
        approximation,
        ground_truth,
        shuffled_ground_truth,
        image_mmd,
        feature_mmd,
    )
}
ORACLES = ('ground_truth', 'shuffled_ground_truth')
NEED_MODEL = ('approximation', 'feature_mmd')


def _search(
    images: PairingImages,
    options: PairingOptions,
    blocks: Callable[[], Iterable[ClassMaps]],
) -> Pairs:
    """Eq. 3 for the source images of this process, put together with the others'."""
    everyone = images.source_labels
    mine = share(len(images.source))
    labels = LabelMaps(everyone.labels[mine.start : mine.stop], images.num_classes)
    with pairs_bar(len(mine) * len(images.target)) as advance:
        if options.max_reuse is not None:
            tables = [
                all_similarities(labels, targets, options.search(), advance)
                for targets in blocks()
            ]
            table = _together(np.concatenate(tables, axis=1))
            return _assigned(table, options)
        if options.coarse:
            return _coarse(images, options, labels, blocks)
        found = most_similar_of_blocks(labels, blocks(), options.search(), advance)
    return Pairs(*map(_together, found))


def _assigned(table: np.ndarray, options: PairingOptions) -> Pairs:
    needed = 8 * table.size * min(options.max_reuse, len(table))
    if needed > options.memory_left:
        raise ValueError(
            f'an assignment of {table.shape[0]} source images to {table.shape[1]} '
            f'target images, each used {options.max_reuse} times, takes '
            f'{needed / 2**30:.1f} GiB: raise --memory or lower --max-reuse'
        )
    partners = assign(table, options.max_reuse)[:, None]
    scores = np.take_along_axis(table, partners, 1).astype(np.float64)
    return Pairs(partners, scores, {'max_reuse': options.max_reuse})


def _coarse(
    images: PairingImages,
    options: PairingOptions,
    labels: LabelMaps,
    blocks: Callable[[], Iterable[ClassMaps]],
) -> Pairs:
    found = most_similar_coarsely(
        labels, blocks(), images.size, options.coarse, top_k=options.top_k
    )
    partners, scores = map(_together, found)
    rows = np.unique(np.linspace(0, len(partners) - 1, RECALL_ROWS).astype(int))
    some = LabelMaps(images.source_labels.labels[rows], images.num_classes)
    exact, _ = most_similar_of_blocks(some, blocks(), options.search())
    share_found = recall(partners[rows], exact)
    return Pairs(
        partners, scores, {'coarse': options.coarse, 'recall': round(share_found, 4)}
    )


def _least_discrepant(
    images: PairingImages, options: PairingOptions, tap: str | None
) -> Pairs:
    """The lowest MMD^2, by the estimator of the options; the score is its negative."""
    seed = images.cfg.randomness.seed
    linear = options.estimator == 'random_features'
    count = options.samples or (4096 if linear else 128)
    sigma = _bandwidth(images, tap, seed)
    compare = _by_random_features if linear else _by_kernel
    rows = compare(images, tap, count, sigma, seed)
    found = [lowest(values, options.top_k) for values in rows]
    partners, values = map(np.concatenate, zip(*found, strict=True))
    settings = dict(
        estimator=options.estimator, samples=count, sigma=sigma, tap=tap, seed=seed
    )
    return Pairs(partners, -values, settings)


def _bandwidth(images: PairingImages, tap: str | None, seed: int) -> float:
    """The median distance of samples of both domains."""
    samples = []
    for domain in ('source', 'target'):
        few = max(2, BANDWIDTH_SAMPLES // 2 // len(getattr(images, domain)))
        pool = torch.cat(_gathered(list(images.samples(domain, tap, few, seed))))
        generator = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(pool), generator=generator)
        samples.append(pool[chosen[: BANDWIDTH_SAMPLES // 2]])
    return median_distance(torch.cat(samples))


def _by_random_features(
    images: PairingImages, tap: str | None, count: int, sigma: float, seed: int
) -> Iterator[np.ndarray]:
    embedded, features = {}, None
    for domain in ('source', 'target'):
        found = []
        for samples in images.samples(domain, tap, count, seed):
            features = features or RandomFeatures.random(
                samples.shape[1], NUM_FEATURES, sigma, seed
            )
            found.append(features.embed(samples))
        means, own = zip(*_gathered(found), strict=True)
        embedded[domain] = np.stack(means), np.array(own)
    means, own = embedded['source']
    for start in range(0, len(means), MMD_ROWS):
        rows = slice(start, start + MMD_ROWS)
        yield embedded_mmd((means[rows], own[rows]), embedded['target'])


def _by_kernel(
    images: PairingImages, tap: str | None, count: int, sigma: float, seed: int
) -> Iterator[np.ndarray]:
    samples = {
        domain: _gathered(list(images.samples(domain, tap, count, seed)))
        for domain in ('source', 'target')
    }
    others = samples['target']
    within = torch.stack([self_similarity(other, sigma) for other in others])
    mine = share(len(samples['source']))
    rows = [
        squared_mmd_to_all(one, others, sigma, within).numpy()
        for one in samples['source'][mine.start : mine.stop]
    ]
    yield np.stack(_gathered(rows))


def _gathered(rows: list) -> list:
    """The rows of all processes, in order."""
    if get_dist_info()[1] == 1:
        return rows
    return [row for part in all_gather_object(rows) for row in part]


def _together(rows: np.ndarray) -> np.ndarray:
    return rows if get_dist_info()[1] == 1 else np.concatenate(all_gather_object(rows))


class _PairsPerSecond(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f'{task.speed or 0:,.0f} pairs/s')


@contextmanager
def pairs_bar(num_pairs: int) -> Iterator[Callable[[float], None]]:
    """A progress bar with pairs per second and the time left."""
    columns = TextColumn('pairs'), BarColumn(), _PairsPerSecond(), TimeRemainingColumn()
    with Progress(*columns, disable=get_dist_info()[0] != 0) as progress:
        task = progress.add_task('pairs', total=num_pairs)
        yield lambda pairs: progress.advance(task, pairs)
