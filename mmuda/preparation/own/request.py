"""What ``mmuda prepare`` is asked for, and the files that it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmuda.preparation.own.holdout import HoldOut
from mmuda.preparation.own.polygons import SUFFIXES as POLYGONS

RASTERS = ('.tif', '.tiff', '.png', '.jpg', '.jpeg', '.jp2', '.img', '.vrt')
OF_POLYGONS = ('attribute', 'layer', 'background')  # options that say how to read them
LABEL_WORDS = ('_labels', '_label', '_masks', '_mask', '_gt')


@dataclass(frozen=True)
class Request:
    """What to make of scenes and labels.

    Args:
        scenes: Rasters, and folders of them.
        labels: Rasters or polygons, and folders of them; none for an unlabelled target.
        bands: Names or numbers of the bands to take, ``nir=4`` to name one by its
            number; None for all but alpha.
        gsd_m: Metres per pixel of what is written; None for the scenes' own.
        image_gsd_m: Metres per pixel of scenes without georeference.
        like: Another prepared folder whose bands, resolution, window and classes are
            taken over.
        window_px: Height and width of a sample.
        max_nodata: Share of a window that may be no valid image.
        holdout: What is held out.
        classes: Names of the ids 0, 1, 2, ... in labels, or of the values of the
            attribute.
        values: ``ID=NAME`` for each id in labels.
        taxonomy: Name or file of the taxonomy of the labels.
        mapping: Name or file of a mapping from it to the one to learn.
        attribute: Of polygons, that holds the class.
        layer: Of a file of polygons.
        background: Class where no polygon lies; ignored if there is none.

    Raises:
        ValueError: If a number can not be meant, classes are named twice over, or there
            are no labels to read in the way that is asked for.
    """

    scenes: tuple[Path, ...]
    labels: tuple[Path, ...]
    holdout: HoldOut
    bands: tuple[str, ...] | None = None
    gsd_m: float | None = None
    image_gsd_m: float | None = None
    like: Path | None = None
    window_px: int = 512
    max_nodata: float = 0.5
    classes: tuple[str, ...] | None = None
    values: tuple[str, ...] | None = None
    taxonomy: str | None = None
    mapping: str | None = None
    attribute: str | None = None
    layer: str | None = None
    background: str | None = None

    def __post_init__(self) -> None:
        for name in ('gsd_m', 'image_gsd_m', 'window_px'):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f'{name} must be above 0, got {value}')
        if not 0 <= self.max_nodata < 1:
            raise ValueError(
                f'max_nodata must be at least 0 and below 1, got {self.max_nodata}'
            )
        if len(self.legends) > 1:
            raise ValueError(
                f'--{" and --".join(self.legends)} exclude each other: choose one'
            )
        about_labels = [name for name in self.legends if name != 'classes']
        about_labels += self.of_polygons
        if about_labels and not self.labels:
            raise ValueError(f'--{about_labels[0]} is about labels: name some')

    @property
    def legends(self) -> list[str]:
        """Which options say what labels mean."""
        names = ('classes', 'values', 'taxonomy', 'mapping')
        return [name for name in names if getattr(self, name)]

    @property
    def of_polygons(self) -> list[str]:
        """Which options are given that say how to read polygons."""
        return [name for name in OF_POLYGONS if getattr(self, name) is not None]


def files_in(paths: Sequence[Path], suffixes: Sequence[str]) -> list[Path]:
    """Files, and those of folders, in order.

    Raises:
        FileNotFoundError: If a path does not exist, or a folder holds none.
    """
    found = []
    for path in paths:
        if not path.is_dir():
            if not path.is_file():
                raise FileNotFoundError(f'{path}: no such file or folder')
            found.append(path)
            continue
        files = [f for f in sorted(path.iterdir()) if f.suffix.lower() in suffixes]
        if not files:
            raise FileNotFoundError(f'{path}: no file {" ".join(suffixes)} in it')
        found += files
    return found


def label_files(paths: Sequence[Path]) -> list[Path]:
    """Files of labels; see :func:`files_in`."""
    return files_in(paths, (*RASTERS, *POLYGONS))


def is_polygons(file: Path) -> bool:
    """Whether labels are polygons, not a raster."""
    return file.suffix.lower() in POLYGONS


def labels_of(request: Request) -> dict[Path, Path | None]:
    """The labels of each scene, None for a scene without.

    One file of polygons serves all scenes; otherwise labels have the name of their
    scene, but for an ending such as ``_labels``.

    Raises:
        FileNotFoundError: If a scene has no labels while others have.
        ValueError: If two scenes have the same name, or there is no polygon to read in
            the way that is asked for.
    """
    scenes = files_in(request.scenes, RASTERS)
    by_name = {scene.stem: scene for scene in scenes}
    if len(by_name) < len(scenes):
        twice = next(s for s in scenes if by_name[s.stem] is not s)
        raise ValueError(
            f'{twice} and {by_name[twice.stem]}: two scenes of one name, expected '
            'names that differ'
        )
    if not request.labels:
        return dict.fromkeys(scenes)
    labels = label_files(request.labels)
    if request.of_polygons and not any(map(is_polygons, labels)):
        raise ValueError(
            f'--{request.of_polygons[0]} is about polygons, {labels[0]} is a raster: '
            'leave it out'
        )
    if len(labels) == 1 and (len(scenes) == 1 or is_polygons(labels[0])):
        return dict.fromkeys(scenes, labels[0])
    named = {_without_ending(file.stem): file for file in labels}
    for scene in scenes:
        if _without_ending(scene.stem) not in named:
            raise FileNotFoundError(
                f'{scene} has no labels: expected {scene.stem} or '
                f'{scene.stem}{LABEL_WORDS[0]} among {labels[0].parent}/*'
            )
    return {scene: named[_without_ending(scene.stem)] for scene in scenes}


def _without_ending(stem: str) -> str:
    for word in LABEL_WORDS:
        if stem.lower().endswith(word):
            return stem[: -len(word)]
    return stem
