"""Any config on two cores, without data: ``--demo``."""

from collections.abc import Iterator, Sequence

from mmengine.config import Config, ConfigDict
from mmseg.registry import DATASETS

from mmuda.demo.stand_in import DEMO_ROOT, make_stand_in

# Transforms that name sizes in pixels.
SIZES = {
    'Resize': ('scale',),
    'RandomResize': ('scale',),
    'RandomCrop': ('crop_size',),
    'Pad': ('size',),
}
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def apply_demo(cfg: Config) -> None:
    """Replace the data of a config by stand-ins and cut its schedule down.

    The datasets keep their classes, bands, ground sampling distance and on-disk
    layout; they are procedurally made where they are not there yet. Where their images
    are smaller than the real ones, sizes in their pipelines shrink as well. Schedule,
    crop and widths become those of the config's own ``demo`` entry. No pretrained
    weights are loaded, and files that training makes go to ``work_dirs/demo``.

    Raises:
        ValueError: If the config has no ``demo`` entry, or a dataset of it has no
            stand-in.
    """
    if 'demo' not in cfg:
        raise ValueError(
            f'{cfg.filename} has no `demo` entry: it can not run with --demo'
        )
    cfg.merge_from_dict(cfg.demo.to_dict())
    # The base files name more datasets than this config uses.
    used = [cfg.get(key) for key in ('model', 'pairing', *LOADERS)]
    shrunk = set()  # what several loaders share shrinks once
    for node in _dicts(used):
        if 'data_root' in node and 'type' in node:
            dataset = DATASETS.get(node.type)
            node.data_root = str(make_stand_in(dataset))
            steps = [s for s in node.get('pipeline', ()) if id(s) not in shrunk]
            _shrink(steps, getattr(dataset, 'demo_scale', 1))
            shrunk |= set(map(id, steps))
        if (node.get('init_cfg') or {}).get('type') == 'Pretrained':
            node.init_cfg = None
        if node.get('pretrained'):
            node.pretrained = None
        for key in ('mapping', 'ground_truth'):
            if isinstance(node.get(key), str):
                node[key] = node[key].replace('work_dirs', str(DEMO_ROOT), 1)


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


def _dicts(node: object) -> Iterator[ConfigDict]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from _dicts(child)
