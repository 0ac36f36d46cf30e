"""Stand-ins on disk for real datasets, made by code."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from mmuda.datasets.city import CityDataset
from mmuda.datasets.street import StreetDataset
from mmuda.demo.cities import BANDS, CITIES
from mmuda.demo.scene import render_scene
from mmuda.demo.street_scene import render_street
from mmuda.demo.streets import STREETS
from mmuda.files import write_atomically
from mmuda.preparation import PatchPlan, Scene, prepare_city
from mmuda.preparation.records import refuse_other, write_json

DEMO_ROOT = Path('work_dirs/demo')
SCENE_PX = 448
NUM_SCENES = 14
PLAN = PatchPlan(size_px=112, train_images=10, patches_per_image=30, seed=0)
STREET_SCENES = {'train': 160, 'val': 40}


def stand_in_folder(dataset: type, root: Path = DEMO_ROOT / 'data') -> Path:
    """Where the demo data lie that stand for a dataset class, or will lie.

    Args:
        dataset: A subclass of ``CityDataset`` or ``StreetDataset``.
        root: Folder of all demo data.

    Raises:
        ValueError: If the class names no demo city or street.
    """
    return root / _stand_in(dataset)[1]


def _stand_in(dataset: type) -> tuple[bool, str]:
    """Whether a dataset class is of streets, and the name of its stand-in."""
    known = isinstance(dataset, type) and issubclass(
        dataset, (CityDataset, StreetDataset)
    )
    is_street = known and issubclass(dataset, StreetDataset)
    name = getattr(dataset, 'demo_street' if is_street else 'demo_city', None)
    if not (known and name):
        raise ValueError(
            f'{dataset} has no stand-in among the demo cities and streets: name one by '
            '`stand_in` of the data set'
        )
    return is_street, name


def is_made(folder: Path) -> bool:
    """Whether demo data are complete: their manifest is written last."""
    return (folder / 'manifest.json').is_file()


def make_stand_in(dataset: type, root: Path = DEMO_ROOT / 'data') -> Path:
    """Make the demo data that stands for a dataset class, unless it is there.

    Args:
        dataset: See :func:`stand_in_folder`.
        root: Likewise.

    Returns:
        What to use as the dataset's ``data_root``, in the layout of the real data. Of a
        city: 300 training patches of 112 pixels, and windows of four more scenes. Of
        street scenes: 160 to train and 40 to validate.

    Raises:
        ValueError: If the class names no demo city or street.
    """
    is_street, name = _stand_in(dataset)
    if is_street:
        _draw_streets(root / name, name)
    else:
        prepare_city(root / name, name, _scenes(name), PLAN, quiet=True)
    return root / name


def _scenes(name: str) -> dict[str, Callable[[], Scene]]:
    return {
        f'{name}_{index:02d}': partial(_scene, name, index)
        for index in range(NUM_SCENES)
    }


def _scene(name: str, index: int) -> Scene:
    image, labels = render_scene(CITIES[name], index, SCENE_PX)
    bands = ('nir', 'red', 'green')
    return Scene(image[..., [BANDS.index(b) for b in bands]], labels, bands, gsd_m=0.2)


def _draw_streets(root: Path, name: str) -> None:
    """Write street scenes; go on where an interrupted run stopped."""
    manifest = root / 'manifest.json'
    identity = {'name': f'demo-{name}', **STREET_SCENES}
    refuse_other(root, [manifest], identity)
    if manifest.is_file():
        return
    index = 0
    for split, count in STREET_SCENES.items():
        for _ in range(count):
            image_file = root / 'img_dir' / split / f'{index:05d}.png'
            label_file = root / 'ann_dir' / split / f'{index:05d}.png'
            if not label_file.is_file():  # it is written last
                image, labels = render_street(STREETS[name], index)
                _write_png(image_file, image[..., ::-1])
                _write_png(label_file, labels)
            index += 1
    write_json(manifest, {'identity': identity})


def _write_png(file: Path, pixels: np.ndarray) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(file, 'wb') as out:
        out.write(cv2.imencode('.png', pixels)[1].tobytes())
