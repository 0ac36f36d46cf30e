"""Scenes of the ISPRS benchmarks Vaihingen and Potsdam, as they are handed out.

Near-infrared, red and green, resampled to 20 cm as in Sect. 5.1 of the SemSim paper.
"""

import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from affine import Affine
from rasterio.crs import CRS

from mmuda.datasets.city import PALETTE
from mmuda.datasets.rasters import open_raster
from mmuda.preparation.scene import IGNORED, Scene, resample
from mmuda.preparation.stored_files import StoredFiles

BANDS = ('nir', 'red', 'green')
GSD_M = 0.2
VAIHINGEN_GSD_M = 0.09  # by the file names; the data set's documents say 0.08
POTSDAM_GSD_M = 0.05
MAX_UNKNOWN_SHARE = 0.001

COMPLETE_LABELS = 'ISPRS_semantic_labeling_Vaihingen, folder gts_for_participants'
ERODED_LABELS = 'ISPRS_semantic_labeling_Vaihingen_ground_truth_eroded_COMPLETE'

# The images that were handed out with labels when the benchmarks began.
VAIHINGEN_AREAS = (1, 3, 5, 7, 11, 13, 15, 17, 21, 23, 26, 28, 30, 32, 34, 37)
POTSDAM_TILES = tuple(
    f'{row}_{column}'
    for row, columns in (
        *((row, (10, 11, 12)) for row in (2, 3, 4, 5)),
        *((row, (7, 8, 9, 10, 11, 12)) for row in (6, 7)),
    )
    for column in columns
)
POTSDAM_TILES_USED = 16
# The labels of these tiles are broken in 5_Labels_all.
POTSDAM_BROKEN_TILES = ('4_12', '6_7')

SceneSource = Callable[[], Scene]


def vaihingen_scenes(
    sources: Sequence[str | Path], eroded: bool = False
) -> dict[str, SceneSource]:
    """The 16 initial training images of Vaihingen by name, read when called.

    Args:
        sources: Zips as handed out, or folders with them or their content.
        eroded: Take the labels without class borders, which are then ignored. The
            paper uses the complete ones.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a source is neither a folder nor a zip.
    """
    files = StoredFiles(sources)

    def in_top(path: str) -> bool:
        # Image and complete labels have the same name; the folder tells them apart.
        return PurePosixPath(path).parent.name == 'top'

    def scene(area: int) -> SceneSource:
        stem = f'top_mosaic_09cm_area{area}'
        image = files.find(
            f'{stem}.tif', 'ISPRS_semantic_labeling_Vaihingen, folder top', in_top
        )
        labels = files.find(
            f'{stem}_noBoundary.tif' if eroded else f'{stem}.tif',
            ERODED_LABELS if eroded else COMPLETE_LABELS,
            lambda path: not in_top(path),
        )
        return partial(
            read_isprs_scene, str(image), str(labels), VAIHINGEN_GSD_M, eroded
        )

    return {f'vaihingen_{area}': scene(area) for area in VAIHINGEN_AREAS}


def potsdam_scenes(
    sources: Sequence[str | Path], eroded: bool = False, seed: int = 0
) -> dict[str, SceneSource]:
    """16 of the 24 initial training images of Potsdam by name, read when called.

    The paper speaks of "the 16 images initially released as training set", but in
    Potsdam these are 24, and which 16 it used is not known: they are picked by seed.

    Args:
        sources: Zips as handed out, or folders with them or their content.
        eroded: Take the labels without class borders, which are then ignored. The
            paper uses the complete ones.
        seed: Draws the tiles.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a source is neither a folder nor a zip.
    """
    files = StoredFiles(sources)

    def for_participants(path: str) -> bool:
        return '5_Labels_for_participants' in path

    def scene(tile: str) -> SceneSource:
        image = files.find(f'top_potsdam_{tile}_IRRG.tif', '3_Ortho_IRRG')
        name = f'top_potsdam_{tile}_label{"_noBoundary" * eroded}.tif'
        if tile in POTSDAM_BROKEN_TILES:
            labels = files.find(
                name,
                f'5_Labels_for_participants{"_no_Boundary" * eroded}; the one in '
                '5_Labels_all is broken',
                for_participants,
            )
        else:
            labels = files.find(name, f'5_Labels_all{"_noBoundary" * eroded}')
        return partial(read_isprs_scene, str(image), str(labels), POTSDAM_GSD_M, eroded)

    return {f'potsdam_{tile}': scene(tile) for tile in draw_potsdam_tiles(seed)}


def draw_potsdam_tiles(seed: int) -> list[str]:
    """Names of the tiles that ``seed`` chooses."""
    rng = np.random.default_rng([seed, zlib.crc32(b'potsdam')])
    chosen = rng.choice(len(POTSDAM_TILES), POTSDAM_TILES_USED, replace=False)
    return [POTSDAM_TILES[index] for index in sorted(chosen)]


def read_isprs_scene(
    image_file: str, label_file: str, native_gsd_m: float, eroded: bool
) -> Scene:
    """An image and its labels as handed out, at 20 cm.

    Raises:
        ValueError: If a file can not be read, the two differ in size, or a colour of
            the labels is unknown.
    """
    image, transform, crs = _read_three_bands(image_file)
    colours, *_ = _read_three_bands(label_file)
    if image.shape != colours.shape:
        raise ValueError(
            f'{label_file}: labels of {colours.shape[:2]} pixels, expected those of '
            f'the image, {image.shape[:2]}'
        )
    labels = decode_colours(colours, label_file, black_is_ignored=eroded)
    scene = Scene(image, labels, BANDS, native_gsd_m, transform, crs)
    return resample(scene, GSD_M)


def _read_three_bands(file: str) -> tuple[np.ndarray, Affine | None, CRS | None]:
    with open_raster(file) as raster:
        if raster.count < 3 or raster.dtypes[0] != 'uint8':
            raise ValueError(
                f'{file}: {raster.count} bands of {raster.dtypes[0]}, expected at '
                'least 3 of uint8'
            )
        transform = None if raster.transform.is_identity else raster.transform
        return np.moveaxis(raster.read((1, 2, 3)), 0, -1), transform, raster.crs


def decode_colours(
    colours: np.ndarray, file: str, black_is_ignored: bool = False
) -> np.ndarray:
    """Class ids of a label image in the colours of ISPRS.

    Args:
        colours: Red, green and blue, shape (H, W, 3), uint8.
        file: Where they come from, for the error message.
        black_is_ignored: Whether black is an ignored pixel, as in eroded labels, or
            an unknown colour.

    Returns:
        Ids 0 to 5, and 255 where the colour is black or, rarely, unknown; shape
        (H, W), uint8.

    Raises:
        ValueError: If more than 0.1 % of the pixels have unknown colours.
    """
    codes = np.zeros(colours.shape[:2], np.int32)
    for band in range(3):
        codes = codes << 8 | colours[..., band]
    labels = np.full(codes.shape, IGNORED, np.uint8)
    for class_id, (red, green, blue) in enumerate(PALETTE):
        labels[codes == (red << 16 | green << 8 | blue)] = class_id
    unknown = codes[(labels == IGNORED) & ~((codes == 0) & black_is_ignored)]
    if unknown.size > MAX_UNKNOWN_SHARE * codes.size:
        found, counts = np.unique(unknown, return_counts=True)
        code = int(found[counts.argmax()])
        raise ValueError(
            f'{file}: RGB colour {(code >> 16, code >> 8 & 255, code & 255)} at '
            f'{counts.max()} of {codes.size} pixels is none of the six ISPRS label '
            f'colours ({unknown.size} pixels of {found.size} unknown colours in all)'
        )
    return labels
