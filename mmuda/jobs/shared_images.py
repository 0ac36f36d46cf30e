"""Whether what is learned from is what is tested on, however the two were named."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmseg.registry import DATASETS
from rasterio.windows import Window

from mmuda.datasets.rasters import open_raster
from mmuda.files import sha256_of
from mmuda.jobs.data_sets import is_complete, members_of, without_labels
from mmuda.jobs.domains import source_domains, target_images, trains_on_target
from mmuda.jobs.statistics import with_target_images

COMPARED = 16  # files of a source, evenly spaced, whose content is looked for


def refuse_shared_images(cfg: Config) -> None:
    """Refuse a source that is the target: it would train on labels of the target.

    The files of each source are compared with the training images of the target that
    the config names, whether it trains on them or not, and with the images that are
    tested on: the same file by any path or link, and copies.
    Configs that learn from the target's labels and say so (``trains_on='target'``)
    are only kept from the images that they are tested on.

    Raises:
        ValueError: If a source has images of the target.
    """
    dataset = cfg.train_dataloader.dataset
    sources = members_of(dataset)
    others = {}
    if not trains_on_target(cfg) and target_images(cfg) is not None:
        target = with_target_images(cfg).train_dataloader.dataset.target
        others['the training images of the target'] = target
    tested = (cfg.get('test_dataloader') or {}).get('dataset')
    if is_complete(tested):
        others['the images that are tested on'] = tested
    files = {what: _files(other) for what, other in others.items()}
    for name, source in zip(source_domains(len(sources)), sources, strict=True):
        own = _files(source)
        for what, there in files.items():
            if shared := next(_shared(own, there), None):
                raise ValueError(
                    f'{name} and target must differ: {shared} of {name} is among '
                    f"{what}; an oracle that learns from the target's labels says "
                    "trains_on='target'"
                )


def _files(config: dict) -> dict[tuple, str]:
    """Paths of the images of a data set, by the file itself and the part that is read.

    Labels are not looked for. Where images are not there, there is nothing to compare.
    """
    try:
        dataset = DATASETS.build(without_labels(config))
    except FileNotFoundError:
        return {}
    found, stat = {}, cache(os.stat)
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        path = info.get('img_path')
        if path is None or not os.path.exists(path):
            continue
        status = stat(path)
        found[status.st_dev, status.st_ino, info.get('patch')] = path
    return found


def _shared(own: dict[tuple, str], others: dict[tuple, str]) -> Iterator[str]:
    yield from (own[key] for key in own if key in others)
    yield from _copies(own, others)


def _copies(own: dict[tuple, str], others: dict[tuple, str]) -> list[str]:
    """Files of which a copy is among the others.

    One is enough. But patches without any image are equal by chance, and other parts of
    a scene may be tested on than are trained on: of such files more than half.
    """
    sizes: dict[int, list[str]] = {}
    for file in sorted(set(others.values())):
        sizes.setdefault(os.path.getsize(file), []).append(file)
    files = sorted(own.values())
    chosen = np.linspace(0, len(files) - 1, min(COMPARED, len(files))).astype(int)
    some = [files[i] for i in chosen]
    copied = [f for f in some if _has_copy(f, sizes.get(os.path.getsize(f), []))]
    there = {key[:2] for key in others}
    scenes = {path for key, path in own.items() if key[:2] in there}
    telling = (f for f in copied if f not in scenes and not _shows_nothing(f))
    if first := next(telling, None):
        return [first]
    return copied if 2 * len(copied) > len(some) else []


def _has_copy(file: str, candidates: list[str]) -> bool:
    """Whether a file of this size is the same, first of all one of this name."""
    if not candidates:
        return False
    ordered = sorted(candidates, key=lambda other: Path(other).name != Path(file).name)
    digest = sha256_of(file)
    return any(sha256_of(other) == digest for other in ordered[:COMPARED])


def _shows_nothing(file: str) -> bool:
    """Whether all pixels are the same."""
    with open_raster(file) as raster:
        first = raster.read(window=Window(0, 0, 1, 1))
        blocks = (window for _, window in raster.block_windows(1))
        return all((raster.read(window=block) == first).all() for block in blocks)
