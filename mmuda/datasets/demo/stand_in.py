"""Stand-ins on disk for real datasets, made by code."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from mmuda.datasets.city import CityDataset
from mmuda.datasets.demo.cities import BANDS, CITIES
from mmuda.datasets.demo.scene import render_scene
from mmuda.datasets.preparation import PatchPlan, Scene, prepare_city

DEMO_ROOT = Path('work_dirs/demo')
SCENE_PX = 448
NUM_SCENES = 14
PLAN = PatchPlan(size_px=112, train_images=10, patches_per_image=30, seed=0)


def make_stand_in(dataset: type, root: Path = DEMO_ROOT / 'data') -> Path:
    """Make the demo data that stands for a dataset class, unless it is there.

    Args:
        dataset: A subclass of ``CityDataset``.
        root: Folder of all demo data.

    Returns:
        What to use as the dataset's ``data_root``: 300 training patches of 112
        pixels in the layout of the real data, and windows of four more scenes.

    Raises:
        ValueError: If the class names no demo city.
    """
    name = getattr(dataset, 'demo_city', None)
    if not (isinstance(dataset, type) and issubclass(dataset, CityDataset) and name):
        raise ValueError(f'{dataset} has no stand-in among the demo cities')
    prepare_city(root / name, name, _scenes(name), PLAN)
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
