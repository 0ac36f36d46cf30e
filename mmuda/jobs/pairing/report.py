"""Looking at a mapping: ``tools/pair.py --report``."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from mmengine.config import Config

from mmuda.evaluation import write_figures
from mmuda.jobs.pairing.images import PairingImages
from mmuda.jobs.pairing.make import pairing_images
from mmuda.jobs.pairing.options import PairingOptions
from mmuda.pairing import Mapping
from mmuda.pairing.analysis import PairingAnalysis, analyse
from mmuda.visualization import colourise, displayable, save_panels
from mmuda.visualization.pairing import draw_classes, draw_reuse, draw_scores

BLOCK = 64  # predictions turned into labels at a time
ROWS = 2  # pairs of each kind in the picture


def write_report(
    images: PairingImages, mapping: Mapping, options: PairingOptions, folder: Path
) -> dict:
    """Draw a mapping and write its figures, for analysis only.

    ``pairs.png`` shows good, median and bad pairs; ``scores.png`` their scores;
    ``classes.png`` the classes of both domains before and after pairing; ``reuse.png``
    how often target images are used; ``report.json`` holds the figures, among them mean
    and standard deviation of SemSim (Table 3) where target labels are at hand.

    Args:
        images: What the mapping is between.
        mapping: The mapping.
        options: It was made with.
        folder: Where to write.

    Returns:
        The figures; None where neither labels nor predictions of the target are there.
    """
    partners = mapping.indices(*images.sets)[:, 0]
    scores = np.array(mapping.score)[:, 0]
    analysis = analyse_images(images, partners, options)
    semsim = None if analysis is None else analysis.semsim
    figures = {**mapping.manifest, **(analysis.figures if analysis else {})}
    write_figures(folder / 'report.json', figures)
    draw_scores(folder / 'scores.png', scores, semsim)
    draw_reuse(
        folder / 'reuse.png', np.bincount(partners, minlength=len(images.target))
    )
    classes = images.source.metainfo['classes']
    if analysis is not None:
        of_target = 'labels' if images.oracle else 'predictions'
        draw_classes(folder / 'classes.png', analysis, classes, of_target)
    ranking = scores if np.isfinite(scores).all() else semsim
    _draw_pairs(images, partners, ranking, folder / 'pairs.png')
    return figures


def analyse_images(
    images: PairingImages, partners: np.ndarray, options: PairingOptions
) -> PairingAnalysis | None:
    """Figures by the target's labels, else by its predictions, else none."""
    if images.oracle:
        blocks = (b.labels for b in images.target_label_blocks(options.memory_left))
    elif images.predicts:
        blocks = _predicted(images)
    else:
        return None
    return analyse(images.source_labels, blocks, partners, target_is_true=images.oracle)


def semsim_of(cfg: Config) -> dict[str, float] | None:
    """Mean and standard deviation of SemSim of the pairs that a config trains on.

    A row of Table 3 of the SemSim paper, for analysis alone: reads target labels.

    Args:
        cfg: A config; None comes back if its sampler uses no mapping.
    """
    file = cfg.train_dataloader.sampler.get('mapping')
    if file is None:
        return None
    options = PairingOptions()
    with pairing_images(cfg, options, oracle=True) as images:
        partners = Mapping.load(file).indices(*images.sets)[:, 0]
        semsim = analyse_images(images, partners, options).semsim
    return {'mean': float(semsim.mean()), 'std': float(semsim.std())}


def _predicted(images: PairingImages) -> Iterator[np.ndarray]:
    maps = images.probabilities.probabilities
    for start in range(0, len(maps), BLOCK):
        yield maps[start : start + BLOCK].argmax(1).astype(np.uint8)


def _draw_pairs(
    images: PairingImages, partners: np.ndarray, ranking: np.ndarray | None, file: Path
) -> None:
    """Pairs side by side: the best, those in the middle, the worst."""
    order = np.arange(len(partners)) if ranking is None else np.argsort(-ranking)
    middle = max(0, len(order) // 2 - ROWS // 2)
    chosen = np.concatenate([order[:ROWS], order[middle:][:ROWS], order[-ROWS:]])
    titles = ['source image', 'its labels', 'target image']
    titles += ['prediction'] if images.predicts else []
    titles += ['labels (oracle)'] if images.oracle else []
    classes, palette = (images.source.metainfo[key] for key in ('classes', 'palette'))
    rows = [_pictures(images, int(row), int(partners[row])) for row in chosen]
    save_panels(file, rows, titles, classes, palette)


def _pictures(images: PairingImages, row: int, partner: int) -> list[np.ndarray]:
    palette = images.source.metainfo['palette']
    maps = [images.source_labels.labels[row]]
    if images.predicts:
        maps.append(images.probabilities.probabilities[partner].argmax(0))
    if images.oracle:
        maps += list(images.target_labels_of(np.array([partner])))
    coloured = [colourise(labels.reshape(images.size), palette) for labels in maps]
    photos = [
        displayable(dataset[index]['inputs'].numpy().transpose(1, 2, 0))
        for dataset, index in ((images.source, row), (images.target, partner))
    ]
    return [photos[0], coloured[0], photos[1], *coloured[1:]]
