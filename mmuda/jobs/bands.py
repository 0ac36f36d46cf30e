"""From the bands of prepared data sets to preprocessor, backbone and weights."""

import inspect
from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.config import Config, ConfigDict
from mmengine.runner.checkpoint import CheckpointLoader
from mmseg.registry import MODELS
from torch import hub

from mmuda.datasets.prepared import read_manifest
from mmuda.files import write_atomically
from mmuda.jobs.completion import HEADS
from mmuda.jobs.data_sets import members_of
from mmuda.jobs.domains import source_domains
from mmuda.jobs.inheritance import merged
from mmuda.jobs.nodes import dicts
from mmuda.jobs.translation.loading import is_translator

RGB = ('red', 'green', 'blue')
IMAGENET_STD = 57.63  # of 8 bits: what most weights were trained with
WIDENED = Path('work_dirs', 'pretrained')


def manifests_of(cfg: Config) -> dict[str, dict]:
    """By domain, what the prepared data sets of a config say of themselves."""
    dataset = cfg.train_dataloader.dataset
    sources = members_of(dataset)
    found = dict(zip(source_domains(len(sources)), sources, strict=True))
    if members_of(dataset, 'target'):
        found['target'] = dataset.target
    return {
        name: read_manifest(member.data_root)
        for name, member in found.items()
        if member.type == 'PreparedDataset'
    }


def use_bands(cfg: Config) -> None:
    """Let a config take the bands that its prepared data sets have.

    Images are normalised by the statistics of their domain (``band_statistics =
    'source'``: all by the source's, ``'model'``: as the model says). Heads tell the
    classes of the data apart. The backbone takes as many bands; its pretrained weights
    are widened by :func:`provide_weights`.

    Raises:
        ValueError: If the data sets have different bands.
    """
    manifests = manifests_of(cfg)
    if not manifests or cfg.get('image_bands'):  # or was loaded and written before
        return
    (first, known), *_ = manifests.items()
    for name, manifest in manifests.items():
        if manifest['bands'] != known['bands']:
            raise ValueError(
                f'bands of {name} are {", ".join(manifest["bands"])}, those of {first} '
                f'are {", ".join(known["bands"])}: prepare one --like the other'
            )
    cfg.image_bands = list(known['bands'])
    if is_translator(cfg):
        if 'bands' in _parameters(cfg.model.type):
            cfg.model.bands = len(known['bands'])
        return
    for head in _heads(cfg):  # MMSeg's base files have the classes of Cityscapes
        head.num_classes = None
    swapped = (cfg.model.get('data_preprocessor') or {}).get('rgb_to_bgr', False)
    _normalise(cfg, manifests)
    _widen(cfg, tuple(known['bands']), RGB[::-1] if swapped else RGB)


def _heads(cfg: Config) -> list[ConfigDict]:
    segmentor = cfg.model.get('segmentor', cfg.model)
    found = [node for name in HEADS for node in dicts(segmentor.get(name))]
    return [node for node in found if 'num_classes' in node]


def _normalise(cfg: Config, manifests: dict[str, dict]) -> None:
    which = cfg.get('band_statistics', 'domain')
    if which not in ('domain', 'source', 'model'):
        raise ValueError(
            f"band_statistics must be 'domain', 'source' or 'model', got {which!r}"
        )
    common = cfg.model.setdefault('data_preprocessor', ConfigDict())
    # LoadRaster gives the bands in the order of their names.
    for swap in ('bgr_to_rgb', 'rgb_to_bgr'):
        common.pop(swap, None)
    if common.get('type') == 'SegDataPreProcessor':
        common.type = 'RasterDataPreprocessor'
    if common.get('size') is None:  # windows at the edge of a scene may be smaller
        common.setdefault('size_divisor', 32)
    if which == 'model':
        return
    own = {n: _statistics(m, common.get('std')) for n, m in manifests.items()}
    common.update(next(iter(own.values())))
    if which == 'domain' and 'segmentor' in cfg.model:
        common.domains = merged(common.get('domains'), own)


def _statistics(manifest: dict, std: Sequence[float] | None) -> dict[str, list]:
    """Mean and standard deviation that leave images as large as the model's did.

    Weights of Caffe, for one, are for images whose mean alone is taken off.
    """
    scale = sum(std) / len(std) / IMAGENET_STD if std else 1.0
    scale = 1.0 if abs(scale - 1) < 0.01 else scale
    return dict(mean=manifest['mean'], std=[scale * s for s in manifest['std']])


def _widen(cfg: Config, bands: tuple[str, ...], order: tuple[str, ...]) -> None:
    segmentor = cfg.model.get('segmentor', cfg.model)
    backbone = segmentor.get('backbone')
    if backbone is None:
        return
    if not set(bands) & set(RGB):  # nothing is known of them
        order = tuple(dict(zip(RGB, bands, strict=False)).get(b, b) for b in order)
    if bands != order:
        _widen_weights(cfg, bands, order)
    if _takes_bands(backbone.type):
        backbone.in_channels = len(bands)
    elif len(bands) != 3:
        segmentor.backbone = ConfigDict(
            type='WithBands', backbone=backbone, in_channels=len(bands)
        )


def _widen_weights(cfg: Config, bands: tuple[str, ...], order: tuple[str, ...]) -> None:
    """Name the files that :func:`provide_weights` will make."""
    cfg.widened_weights = []
    for owner, key in _pretrained(cfg):
        file = str(WIDENED / f'{Path(owner[key]).stem}_{"-".join(bands)}.pth')
        made = dict(file=file, checkpoint=owner[key])
        cfg.widened_weights.append(dict(made, bands=list(bands), order=list(order)))
        owner[key] = file


def _takes_bands(kind: str) -> bool:
    return 'in_channels' in _parameters(kind)


def _parameters(kind: str) -> set[str]:
    """Arguments of a registered class and of those that it passes the rest on to."""
    found = MODELS.get(kind)
    line = found.__mro__[:-1] if inspect.isclass(found) else [found]
    return {name for k in line if k for name in inspect.signature(k).parameters}


def expected_bands(cfg: Config, domain: str = 'source') -> dict[str, int]:
    """How many bands images must have, by who in the model takes them.

    Args:
        cfg: Of a segmentor, an adaptor or a translator.
        domain: Whose images; each may have statistics of its own.

    Returns:
        Who does not say, nor by the default of its class, is left out.
    """
    found = {}
    segmentor = cfg.model.get('segmentor') or cfg.model
    for owner in (segmentor, cfg.model):
        common = owner.get('data_preprocessor') or {}
        own = (common.get('domains') or {}).get(domain) or {}
        for name in ('mean', 'std'):
            numbers = own.get(name) or common.get(name) or ()
            # One is that of all bands; a word is for what will be measured.
            if not isinstance(numbers, str) and len(numbers) > 1:
                found[f'the {name} of data_preprocessor'] = len(numbers)
    backbone = segmentor.get('backbone')
    if backbone is None:
        taker, bands = cfg.model, _said_or_default(cfg.model, 'bands')
    elif _takes_bands(backbone.type):
        taker, bands = backbone, _said_or_default(backbone, 'in_channels')
    else:
        taker, bands = backbone, 3
    return found if bands is None else {**found, taker.type: bands}


def provide_weights(cfg: Config) -> None:
    """Get the pretrained weights of a config, before anything else takes time.

    For other bands than red, green and blue the first convolution is widened, into a
    file below ``work_dirs/pretrained`` that is made once.

    Raises:
        ValueError: If they can not be had; the message names how to do without.
    """
    made = {entry['file']: entry for entry in cfg.get('widened_weights') or ()}
    for owner, key in _pretrained(cfg):
        entry = made.get(owner[key])
        if entry is None:
            _load(owner[key], cfg)
        elif not Path(owner[key]).is_file():
            weights = _load(entry['checkpoint'], cfg)
            state = widen_first(weights, entry['bands'], entry['order'])
            Path(owner[key]).parent.mkdir(parents=True, exist_ok=True)
            with write_atomically(owner[key], 'wb') as out:
                torch.save({'state_dict': state}, out)


def _pretrained(cfg: Config) -> list[tuple[dict, str]]:
    """Where a config names pretrained weights: the dict and its key."""
    found = []
    for node in dicts(cfg.model.get('segmentor', cfg.model)):
        init = node.get('init_cfg')
        if isinstance(init, dict) and init.get('type') == 'Pretrained':
            found.append((init, 'checkpoint'))
        if isinstance(node.get('pretrained'), str):
            found.append((node, 'pretrained'))
    return found


def _load(checkpoint: str, cfg: Config) -> dict:
    try:
        return CheckpointLoader.load_checkpoint(checkpoint, map_location='cpu')
    except Exception as error:  # whatever the network, the file or pickle says
        why = (str(error).splitlines() or [type(error).__name__])[0]
        fetched = checkpoint.startswith('http')
        cache = f'put the file into {hub.get_dir()}/checkpoints, ' if fetched else ''
        raise ValueError(
            f'pretrained weights {checkpoint} of {cfg.filename} can not be had ({why}):'
            f' {cache}name one by --cfg-options model.backbone.init_cfg.checkpoint=FILE'
            ', or do without by model.backbone.init_cfg=None'
        ) from error


def widen_first(
    weights: dict, bands: Sequence[str], order: Sequence[str] = RGB
) -> dict[str, torch.Tensor]:
    """Pretrained weights for images of other bands.

    The first convolution keeps the weights of the bands that it knows, by their names;
    each other band begins with their mean.

    Args:
        weights: A checkpoint, of images of three bands.
        bands: Of the images to come.
        order: The bands that the checkpoint knows.

    Raises:
        ValueError: If no convolution of it takes three bands.
    """
    state = dict(weights.get('state_dict', weights.get('model', weights)))
    first = next(
        (k for k, v in state.items() if getattr(v, 'ndim', 0) == 4 and v.shape[1] == 3),
        None,
    )
    if first is None:
        raise ValueError('pretrained weights have no convolution of three bands')
    old, place = state[first], {band: n for n, band in enumerate(order)}
    columns = [old[:, place[b]] if b in place else old.mean(1) for b in bands]
    state[first] = torch.stack(columns, 1)
    return state


def _said_or_default(node: dict, name: str) -> int | None:
    if name in node:
        return node[name]
    kind = MODELS.get(node['type']) if isinstance(node.get('type'), str) else None
    for owner in getattr(kind, '__mro__', ()):
        parameter = inspect.signature(owner.__init__).parameters.get(name)
        if parameter is not None:
            default = parameter.default
            return default if isinstance(default, int) else None
    return None
