"""Cut the Dubai imagery into patches at half resolution.

    python projects/dubai/prepare.py RAW --out data/dubai

RAW holds ``tiles_7_8`` (the source) and ``tiles_1_6`` (the target), each with
``images`` and ``labels``. Of the source, every sixth file in sorted order is held out,
to see when a source model is trained enough. Of the target, even-numbered files are the
unlabelled training images, odd-numbered ones the test images.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from mmuda.datasets.rasters import encode_geotiff
from mmuda.files import write_atomically
from mmuda.jobs.command_line import errors_in_one_line
from mmuda.preparation import Scene, draw_patch, resample, window_origins

BANDS = ('red', 'green', 'blue')
SIZE_PX = 128
PATCHES = 1080  # drawn from the training images of each domain, together


def read_scene(image_file: Path, labels_folder: Path) -> Scene:
    """An image and its labels at half resolution."""
    image = cv2.imread(str(image_file))[..., ::-1]
    labels_file = labels_folder / f'{image_file.stem}.png'
    labels = cv2.imread(str(labels_file), cv2.IMREAD_UNCHANGED)
    if labels is None or labels.shape != image.shape[:2]:
        raise ValueError(
            f'{labels_file} does not fit {image_file} of {image.shape[:2]} pixels'
        )
    # The resolution of the imagery is not published: 1 stands for it, 2 for half.
    return resample(Scene(image, labels, BANDS, gsd_m=1.0), gsd_m=2.0)


def write_patch(folder: Path, name: str, image: np.ndarray, labels: np.ndarray) -> None:
    """Write an image and its labels."""
    png = cv2.imencode('.png', labels)[1].tobytes()
    for file, content in (
        (folder / 'images' / f'{name}.tif', encode_geotiff(image, BANDS)),
        (folder / 'labels' / f'{name}.png', png),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(file, 'wb') as out:
            out.write(content)


def cut_training(files: list[Path], labels: Path, folder: Path) -> None:
    """Draw patches at random, as many from each image."""
    each = PATCHES // len(files)
    for number, file in enumerate(track(files, f'{folder}')):
        scene = read_scene(file, labels)
        for index in range(each):
            rng = np.random.default_rng([number, index])
            patch = draw_patch(scene, SIZE_PX, rng)
            write_patch(folder, f'{file.stem}_{index:04d}', *patch)


def cut_windows(files: list[Path], labels: Path, folder: Path) -> None:
    """Cut windows side by side."""
    for file in track(files, f'{folder}'):
        scene = read_scene(file, labels)
        for row, column in window_origins(*scene.labels.shape, SIZE_PX):
            here = np.s_[row : row + SIZE_PX, column : column + SIZE_PX]
            window = scene.image[here], scene.labels[here]
            write_patch(folder, f'{file.stem}_{row:04d}_{column:04d}', *window)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('raw', type=Path)
    parser.add_argument('--out', type=Path, default=Path('data/dubai'))
    args = parser.parse_args()
    source, target = (
        sorted((args.raw / group / 'images').glob('*.jpg'))
        for group in ('tiles_7_8', 'tiles_1_6')
    )
    if not source or not target:
        raise ValueError(
            f'{args.raw} must hold tiles_7_8/images and tiles_1_6/images with JPEGs, '
            f'found {len(source)} and {len(target)}'
        )
    labels = args.raw / 'tiles_7_8' / 'labels'
    held_out = source[::6]
    taught = [file for file in source if file not in held_out]
    cut_training(taught, labels, args.out / 'source')
    cut_windows(held_out, labels, args.out / 'source_held_out')
    labels = args.raw / 'tiles_1_6' / 'labels'
    cut_training(target[0::2], labels, args.out / 'target_train')
    cut_windows(target[1::2], labels, args.out / 'target_test')


if __name__ == '__main__':
    with errors_in_one_line():
        main()
