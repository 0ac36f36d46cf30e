"""How close the search for pairs comes to what the machine can do.

Makes label maps and probabilities as a file holds them, and prints ratios of times of
one run, the last line as JSON:

* ``float32_vs_matmul``: the search over the bare matrix products of the same shapes;
* ``float32_vs_exact_bf16``: the search in float32 over that in bfloat16, both exact;
* ``formula_vs_float32``: Eq. 2 pair by pair with a gather, over the search;
* ``growth``: the search with 4 x over that with 1 x ``--sources`` / 2 source patches;
* ``peak_gib``: the most memory of the search in a process of its own, and ``memory``,
  what it was allowed.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import torch
import torch.nn.functional as F  # noqa: N812
from rich.console import Console

from mmuda.pairing import (
    LabelMaps,
    ProbabilityMaps,
    SearchOptions,
    approximate_similarity,
    create_array,
    most_similar,
)
from mmuda.pairing.search import GIB, ROWS, STRETCH, add_product

PART = 100  # patches made at a time
PAIRS = 200  # on which the formula is timed


def smooth_logits(count: int, classes: int, size: int, seed: int) -> torch.Tensor:
    """Class scores with areas as in aerial images, (count, C, size * size)."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.randn(count, classes, 8, 8, generator=generator) * 4
    return F.interpolate(coarse, size=(size, size), mode='bilinear').flatten(2)


def make_arrays(folder: Path, args: argparse.Namespace, sources: int) -> None:
    """Write ``labels.npy`` and ``probabilities.npy``."""
    pixels = args.size**2
    labels = create_array(folder / 'labels.npy', (sources, pixels), np.uint8)
    for start in range(0, sources, PART):
        logits = smooth_logits(PART, args.classes, args.size, start)
        labels[start : start + PART] = logits.argmax(1)[: sources - start]
    shape = (args.targets, args.classes, pixels)
    probabilities = create_array(folder / 'probabilities.npy', shape, np.float32)
    for start in range(0, args.targets, PART):
        logits = smooth_logits(PART, args.classes, args.size, 10**6 + start)
        probabilities[start : start + PART] = logits.softmax(1)[: args.targets - start]


def open_arrays(folder: Path, sources: int) -> tuple[LabelMaps, ProbabilityMaps]:
    """What the search reads, memory-mapped."""
    labels, probabilities = (
        np.load(folder / f'{name}.npy', mmap_mode='r+')
        for name in ('labels', 'probabilities')
    )
    return (
        LabelMaps(labels[:sources], probabilities.shape[1]),
        ProbabilityMaps(probabilities),
    )


def seconds(work: Callable[[], object], repeat: int) -> float:
    """The shortest of several runs."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def bare_products(args: argparse.Namespace, sources: int) -> None:
    """The products of the search, on factors that lie ready."""
    depth = args.classes * min(STRETCH, args.size**2)
    ours, theirs = torch.rand(ROWS, depth), torch.rand(args.targets, depth).T
    sums = torch.zeros(sources, args.targets)
    whole, rest = divmod(args.size**2, STRETCH)
    for part in [depth] * whole + [args.classes * rest] * bool(rest):
        for start in range(0, sources, ROWS):
            rows = sums[start : start + ROWS]
            add_product(rows, ours[: len(rows), :part], theirs[:part])


def time_formula(labels: LabelMaps, targets: ProbabilityMaps) -> float:
    """Seconds of Eq. 2 for one pair."""
    rng = np.random.default_rng(0)
    maps = torch.from_numpy(targets.probabilities[:20].copy())[:, :, None]
    ids = torch.from_numpy(labels.labels[:20].copy())[:, None]
    pairs = rng.integers(20, size=(PAIRS, 2))
    start = time.perf_counter()
    for i, j in pairs:
        approximate_similarity(ids[i], maps[j])
    return (time.perf_counter() - start) / PAIRS


def peak_memory(folder: Path, args: argparse.Namespace, queue: object) -> None:
    """Put the most memory that a search takes, in GiB, into ``queue``."""
    labels, targets = open_arrays(folder, args.sources)
    left = int(args.memory * GIB) - psutil.Process().memory_info().rss
    most_similar(labels, targets, SearchOptions(memory=left))
    queue.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB)


def measure(folder: Path, args: argparse.Namespace) -> dict[str, float]:
    """All ratios."""
    memory = int(args.memory * GIB)

    def search(sources: int, precision: str = 'float32') -> Callable[[], object]:
        labels, targets = open_arrays(folder, sources)
        options = SearchOptions(precision=precision, memory=memory)
        return lambda: most_similar(labels, targets, options)

    n = args.sources
    search(PART)()  # brings the files into memory
    exact = seconds(search(n), args.repeat)
    formula = time_formula(*open_arrays(folder, n)) * n * args.targets
    spawn = multiprocessing.get_context('spawn')
    queue = spawn.Queue()
    process = spawn.Process(target=peak_memory, args=(folder, args, queue))
    process.start()
    peak = queue.get()
    process.join()
    found = {
        'float32_vs_matmul': exact
        / seconds(lambda: bare_products(args, n), args.repeat),
        'float32_vs_exact_bf16': exact / seconds(search(n, 'bfloat16'), args.repeat),
        'formula_vs_float32': formula / exact,
    }
    return found | {'peak_gib': peak, 'memory': args.memory}


def growth(folder: Path, args: argparse.Namespace) -> float:
    """Time for four times as many source patches."""
    memory = int(args.memory * GIB)
    times = []
    for sources in (args.sources // 2, 2 * args.sources):
        labels, targets = open_arrays(folder, sources)
        options = SearchOptions(memory=memory)
        times.append(seconds(lambda: most_similar(labels, targets, options), 1))  # noqa: B023
    return times[1] / times[0]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--sources', type=int, default=2000)
    parser.add_argument('--targets', type=int, default=2000)
    parser.add_argument('--size', type=int, default=224, help='edge of a patch')
    parser.add_argument('--classes', type=int, default=6)
    parser.add_argument('--memory', type=float, default=4, help='GiB')
    parser.add_argument('--repeat', type=int, default=2)
    parser.add_argument('--scratch', help='folder for the arrays')
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
        make_arrays(Path(folder), args, 2 * args.sources)
        ratios = measure(Path(folder), args)
        ratios['growth'] = growth(Path(folder), args)
    console = Console(soft_wrap=True)
    console.print(f'{torch.get_num_threads()} threads, {torch.__version__}')
    console.print(json.dumps({k: round(v, 3) for k, v in ratios.items()}))


if __name__ == '__main__':
    main()
