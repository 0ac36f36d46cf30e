"""Functions that make a good input of :mod:`world` bad, in the working folder."""

import csv
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch

from mmuda.datasets.rasters import encode_geotiff

LABEL, IMAGE = 'data/source/labels/2.png', 'data/source/images/2.tif'
TARGET = 'data/target/images/2.tif'
GRAY = np.full((16, 16), 1, np.uint8)


def text(file: str, content: str | bytes) -> Callable:
    def write() -> None:
        Path(file).unlink(missing_ok=True)
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        Path(file).write_bytes(data)

    return write


def added(file: str, line: str) -> Callable:
    return lambda: Path(file).write_text(f'{Path(file).read_text()}\n{line}\n')


def image(file: str, pixels: np.ndarray, bands: tuple = ()) -> Callable:
    bands = bands or tuple(map(str, range(pixels.shape[2] if pixels.ndim > 2 else 1)))

    def write() -> None:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        if file.endswith('.png'):
            cv2.imwrite(file, pixels)
        else:
            Path(file).write_bytes(encode_geotiff(pixels, bands))

    return write


def cut(file: str, missing: int) -> Callable:
    return lambda: Path(file).write_bytes(Path(file).read_bytes()[:-missing])


def gone(file: str) -> Callable:
    def remove() -> None:
        shutil.rmtree(file) if os.path.isdir(file) else os.unlink(file)

    return remove


def replaced(file: str, make: Callable[[str], object]) -> Callable:
    def write() -> None:
        gone(file)()
        make(file)

    return write


dangling = lambda file: replaced(file, lambda f: os.symlink('nowhere', f))  # noqa: E731
fifo = lambda file: replaced(file, os.mkfifo)  # noqa: E731


def checkpoint(file: str, change: Callable) -> Callable:
    def write() -> None:
        content = torch.load(file, weights_only=False)
        torch.save(change(content), file)

    return write


def nan(content: dict) -> dict:
    weights = content['state_dict']
    next(iter(weights.values()))[:] = torch.nan
    return content


class Hostile:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple:
        return os.makedirs, ('out/hacked',)


def without(key: str) -> Callable:
    return lambda content: {k: v for k, v in content.items() if k != key}


def shapeless(content: dict) -> dict:
    name, value = next(iter(content['state_dict'].items()))
    content['state_dict'][name] = value[:1, :1]
    return content


def no_data(domain: str) -> Callable:
    def write() -> None:
        for file in Path('data', domain, 'images').glob('*.tif'):
            pixels = np.zeros((16, 16, 3), np.uint8)
            file.write_bytes(encode_geotiff(pixels, ('r', 'g', 'b'), nodata=0))

    return write


def every(domain: str, pixels: np.ndarray) -> Callable:
    def write() -> None:
        for file in Path('data', domain, 'images').glob('*.tif'):
            image(str(file), pixels)()

    return write


def thin() -> None:
    """Images one pixel high, and labels."""
    rng = np.random.default_rng(0)
    for domain in ('source', 'target'):
        for number in range(6):
            file = f'data/{domain}/images/{number}.tif'
            image(file, rng.integers(1, 255, (1, 16, 3), np.uint8))()
            image(f'data/{domain}/labels/{number}.png', GRAY[:1])()


def mapping(change: Callable[[list], list]) -> Callable:
    def write() -> None:
        with open('maps/random.csv', newline='') as lines:
            rows = list(csv.reader(lines))
        with open('maps/random.csv', 'w', newline='') as lines:
            csv.writer(lines).writerows(change(rows))

    return write


def manifest(change: Callable[[dict], object]) -> Callable:
    file = Path('maps/random.csv.json')
    return lambda: file.write_text(json.dumps(change(json.loads(file.read_text()))))


def same_images() -> None:
    shutil.rmtree('data/source/images')
    os.symlink('../target/images', 'data/source/images')


def target_again() -> None:
    """The target under other names of folder and files, with its labels."""
    for kind in ('images', 'labels'):
        Path('again', kind).mkdir(parents=True)
        for file in Path('data/target', kind).iterdir():
            shutil.copy(file, f'again/{kind}/again_{file.name}')


def two_of_one_name() -> None:
    for name in ('s.tif', 's.img'):
        image(f'scenes/{name}', np.full((8, 8, 3), 9, np.uint8))()
    os.rename('scenes/s.img', 'scenes/s.vrt')
