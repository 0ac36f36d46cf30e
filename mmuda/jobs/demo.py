"""Any config on two cores: ``--demo`` without data, ``--small`` on those it names."""

from collections.abc import Sequence

from mmengine.config import Config
from mmseg.registry import DATASETS

from mmuda.demo.stand_in import stand_in_folder
from mmuda.jobs.inheritance import (
    find_config,
    make_files_absolute,
    merged,
    read_config_file,
)
from mmuda.jobs.nodes import dicts

# Transforms that name sizes in pixels.
SIZES = {
    'Resize': ('scale',),
    'RandomResize': ('scale',),
    'RandomCrop': ('crop_size',),
    'Pad': ('size',),
}
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def cut_down(cfg: Config) -> None:
    """Make model and schedule of a config small, as the config in its ``demo`` says.

    Data are loaded by the process that trains: on two cores others take more than they
    give.

    Raises:
        ValueError: If the config names no such config.
    """
    if not isinstance(cfg.get('demo'), str):
        raise ValueError(
            f'{cfg.filename} can not run with --demo or --small: its `demo` must be '
            f'the path of a config that makes it small, got {cfg.get("demo")!r}'
        )
    small = read_config_file(find_config(cfg.demo))
    make_files_absolute(small)
    for key, value in small.items():
        cfg[key] = merged(cfg.get(key), value)
    for name in LOADERS:
        if cfg.get(name) is not None:
            cfg[name].update(num_workers=0, persistent_workers=False)


def forget_pretrained(cfg: Config) -> None:
    """Leave out weights that are not for networks of another size."""
    for node in dicts(cfg.get('model')):
        if (node.get('init_cfg') or {}).get('type') == 'Pretrained':
            node.init_cfg = None
        if node.get('pretrained'):
            node.pretrained = None


def use_stand_ins(cfg: Config) -> None:
    """Let every data set of a config read what stands for it; nothing is made yet.

    They keep classes, bands, ground sampling distance and on-disk layout. Where images
    are smaller than the real ones, sizes in their pipelines shrink as well.

    Raises:
        ValueError: If a data set has no stand-in.
    """
    shrunk = set()  # what several loaders share shrinks once
    for node in data_sets_on_disk(cfg):
        kind = DATASETS.get(node.type)
        node.data_root = str(stand_in_folder(kind))
        steps = [s for s in node.get('pipeline', ()) if id(s) not in shrunk]
        _shrink(steps, getattr(kind, 'demo_scale', 1))
        shrunk |= set(map(id, steps))


def data_sets_on_disk(cfg: Config) -> list[dict]:
    """Configs of all data sets that a config reads."""
    parts = [cfg.get(key) for key in ('pairing', *LOADERS)]
    return [node for node in dicts(parts) if 'data_root' in node and 'type' in node]


def _shrink(pipeline: Sequence[dict], scale: float) -> None:
    """Shrink sizes in pixels that a pipeline asks for, as its images have shrunk."""
    for step in pipeline:
        for key in SIZES.get(step['type'], ()):
            size = step.get(key)
            if size is None:
                continue
            sides = [size] if isinstance(size, int) else size
            small = tuple(max(1, round(scale * side)) for side in sides)
            step[key] = small[0] if isinstance(size, int) else small
