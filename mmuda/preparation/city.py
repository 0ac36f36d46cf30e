"""A city's data set on disk: patches to train and validate, as in the SemSim paper.

Layout, below one folder::

    scenes/<image>.tif  scenes/<image>_label.tif
    img_dir/{train,val}/<image>_<index>.tif
    ann_dir/{train,val}/<image>_<index>.png    ids from 0, 255 = ignored
    manifest.json                              written last: it says "complete"
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import Progress

from mmuda.datasets.city import CLASSES
from mmuda.datasets.rasters import encode_geotiff
from mmuda.files import write_atomically
from mmuda.preparation.patches import draw_patch, window_origins
from mmuda.preparation.records import refuse_other, write_json
from mmuda.preparation.scene import (
    IGNORED,
    Scene,
    read_scene,
    scene_files,
    write_scene,
)
from mmuda.version import __version__

MANIFEST_VERSION = 1

Patch = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class PatchPlan:
    """What to make of a city's images; the defaults are those of the SemSim paper.

    Args:
        size_px: Height and width of a patch.
        train_images: Number of images picked to train on; the rest validates.
        patches_per_image: Number of patches picked from each training image.
        seed: Draws the training images and their patches.
        overlap_px: If given, training patches are not picked: they stand in a grid in
            which neighbours share so many pixels (SemI2I, Sect. 3: 32 of 256), and
            ``patches_per_image`` says nothing.

    Raises:
        ValueError: If a number is too small, or patches overlap by their whole size.
    """

    size_px: int = 224
    train_images: int = 10
    patches_per_image: int = 800
    seed: int = 0
    overlap_px: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            least = int(field.name not in ('seed', 'overlap_px'))
            value = getattr(self, field.name)
            if value is not None and value < least:
                raise ValueError(f'{field.name} must be at least {least}, got {value}')
        if (self.overlap_px or 0) >= self.size_px:
            raise ValueError(
                f'overlap_px must be below size_px={self.size_px}, '
                f'got {self.overlap_px}'
            )


def prepare_city(
    root: str | Path,
    name: str,
    scenes: Mapping[str, Callable[[], Scene]],
    plan: PatchPlan,
    quiet: bool = False,
) -> None:
    """Write a city's data set; go on where an interrupted run stopped.

    Every patch depends on the plan's seed, its image's name and its index alone, so
    that resumed and uninterrupted runs write the same files. What is complete stays
    untouched.

    Args:
        root: Folder to write to.
        name: Of the data set. It is recorded, so that another one is not mixed in.
        scenes: Makes the scene of each image, by the image's name.
        plan: What to make of them.
        quiet: Whether to say nothing where nothing is to do.

    Raises:
        ValueError: If ``root`` holds or began another data set, there are not more
            images than ``plan.train_images``, a scene is smaller than a patch, or the
            scenes differ in bands or resolution.
    """
    root = Path(root)
    identity = {
        'manifest_version': MANIFEST_VERSION,
        'name': name,
        # Without what was not asked for: later options leave older data valid.
        **{key: value for key, value in asdict(plan).items() if value is not None},
        'images': sorted(scenes),
    }
    manifest_file, unfinished_file = root / 'manifest.json', root / 'unfinished.json'
    refuse_other(root, [manifest_file, unfinished_file], identity)
    if manifest_file.is_file():
        if not quiet:
            Console().print(f'{root} is complete, nothing to do', soft_wrap=True)
        return
    images = split_images(identity['images'], plan)
    root.mkdir(parents=True, exist_ok=True)
    write_json(unfinished_file, {'identity': identity})
    with Progress() as progress:
        task = progress.add_task(name, total=2 * len(scenes))
        advance = partial(progress.advance, task)
        sensor = _store_scenes(root, scenes, advance)
        splits = {
            split: _prepare_split(root, split, names, plan, advance)
            for split, names in images.items()
        }
    made = {'mmuda': __version__, 'identity': identity}
    write_json(manifest_file, {**made, **sensor, 'classes': CLASSES, **splits})
    unfinished_file.unlink()


def split_images(images: list[str], plan: PatchPlan) -> dict[str, list[str]]:
    """Choose at random which images train; the others validate.

    Raises:
        ValueError: If no image would be left to validate.
    """
    if len(images) <= plan.train_images:
        raise ValueError(
            f'{plan.train_images} training images were asked for, expected more than '
            f'that many images, got {len(images)}'
        )
    rng = np.random.default_rng([plan.seed, *map(_number, sorted(images))])
    train = rng.choice(sorted(images), plan.train_images, replace=False).tolist()
    return {'train': sorted(train), 'val': sorted(set(images) - set(train))}


def _number(name: str) -> int:
    """The same number for the same name everywhere; ``hash`` differs per process."""
    return zlib.crc32(name.encode())


def _store_scenes(
    root: Path,
    scenes: Mapping[str, Callable[[], Scene]],
    advance: Callable[[float], None],
) -> dict[str, object]:
    """Write the scenes that are missing; returns their common bands and resolution."""
    first, sensor = None, {}
    for image, make in sorted(scenes.items()):
        stem = root / 'scenes' / image
        if not all(file.is_file() for file in scene_files(stem)):
            write_scene(stem, make())
        scene = read_scene(stem)
        found = {'bands': list(scene.bands), 'gsd_m': scene.gsd_m}
        if first is None:
            first, sensor = image, found
        if found != sensor:
            raise ValueError(
                f'{image} has {found}, expected those of {first}, {sensor}'
            )
        advance(1)
    return sensor


def _prepare_split(
    root: Path,
    split: str,
    images: list[str],
    plan: PatchPlan,
    advance: Callable[[float], None],
) -> dict[str, object]:
    """Write the patches that are missing; returns what the split holds."""
    pixels, patches = np.zeros(IGNORED + 1, np.int64), 0
    for image in images:
        scene = read_scene(root / 'scenes' / image)
        cuts = _cuts(scene, image, split, plan)
        for index, cut in enumerate(cuts):
            stem = f'{split}/{image}_{index:04d}'
            labels = _ensure_patch(root, stem, scene.bands, cut)
            pixels += np.bincount(labels.ravel(), minlength=IGNORED + 1)
            advance(1 / len(cuts))
        patches += len(cuts)
    counts = {c: int(pixels[class_id]) for class_id, c in enumerate(CLASSES)}
    counts['ignored'] = int(pixels[IGNORED])
    return {'images': images, 'patches': patches, 'class_pixels': counts}


def patch_rng(seed: int, image: str, index: int) -> np.random.Generator:
    """All that the patch ``index`` of a training image depends on besides the image."""
    return np.random.default_rng([seed, _number(image), index])


def _draw(scene: Scene, image: str, index: int, plan: PatchPlan) -> Patch:
    return draw_patch(scene, plan.size_px, patch_rng(plan.seed, image, index))


def _window(scene: Scene, row: int, column: int, size: int) -> Patch:
    here = np.s_[row : row + size, column : column + size]
    return scene.image[here], scene.labels[here]


def _cuts(
    scene: Scene, image: str, split: str, plan: PatchPlan
) -> list[Callable[[], Patch]]:
    """What makes each patch of a scene."""
    overlap = 0
    if split == 'train' and plan.overlap_px is not None:
        overlap = plan.overlap_px
    elif split == 'train':
        indices = range(plan.patches_per_image)
        return [partial(_draw, scene, image, index, plan) for index in indices]
    try:
        origins = window_origins(*scene.labels.shape, plan.size_px, overlap)
    except ValueError as error:
        raise ValueError(f'{image}: {error}') from error
    return [partial(_window, scene, *origin, plan.size_px) for origin in origins]


def _ensure_patch(
    root: Path, stem: str, bands: tuple[str, ...], cut: Callable[[], Patch]
) -> np.ndarray:
    """Labels of a patch, which is written unless it is there."""
    image_file = root / 'img_dir' / f'{stem}.tif'
    label_file = root / 'ann_dir' / f'{stem}.png'
    if image_file.is_file() and label_file.is_file():
        return cv2.imread(str(label_file), cv2.IMREAD_UNCHANGED)
    image, labels = cut()
    png = cv2.imencode('.png', labels)[1].tobytes()
    for file, content in (
        (image_file, encode_geotiff(image, bands)),
        (label_file, png),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(file, 'wb') as out:
            out.write(content)
    return labels
