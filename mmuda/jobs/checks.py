"""Looking through a config before anything is made or trained by it."""

import inspect
from collections.abc import Iterable
from copy import deepcopy
from importlib.util import find_spec

from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner
from mmseg.registry import DATA_SAMPLERS, HOOKS, LOOPS, METRICS, MODELS
from torch.utils.data import DataLoader

from mmuda.engine.compiling import compile_backbone
from mmuda.jobs.completion import ALL, EACH
from mmuda.jobs.errors import closest, registered_names, unknown_type
from mmuda.jobs.inheritance import FILES
from mmuda.jobs.nodes import dicts

# What mmuda reads of a config besides mmengine's runner.
OWN_KEYS = (
    *(
        'adaptor',
        'amp',
        'datasets',
        'groups_per_batch',
        'oracle',
        'pairing',
        'trains_on',
    ),
    *('source_augmentation', 'train_pipeline', 'test_pipeline', 'tta_pipeline'),
    *('target_shares', 'tta_model', 'val_on', 'warm_start', 'custom_imports'),
    *(EACH, ALL, *FILES),
)
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
# What mmengine takes out of the settings of a loader before PyTorch sees them.
OF_LOADER = ('dataset', 'collate_fn', 'worker_init_fn', 'num_batch_per_epoch')
# Packages that mmengine's classes `<Package>VisBackend` are named after.
BACKENDS = ('aim', 'clearml', 'dvclive', 'mlflow', 'neptune', 'tensorboard', 'wandb')


def check_keys(cfg: Config) -> None:
    """Refuse keys of a config that are all but those that are read.

    A config may have any names of its own besides.

    Raises:
        ValueError: If one differs by a slip of the keyboard from one that is read.
    """
    known = set(inspect.signature(Runner).parameters) - {'cfg'} | set(OWN_KEYS)
    for key in cfg:
        if key in known:
            continue
        meant = next((k for k in known if _is_slip(key, k)), None)
        if meant is not None:
            raise ValueError(
                f'config {cfg.filename} has `{key}`, which nobody reads: did you mean '
                f'`{meant}`?'
            )


def _is_slip(key: str, known: str) -> bool:
    """Whether one letter is missing, too much or wrong, or two are swapped.

    A plural is a name of its own.
    """
    if min(len(key), len(known)) < 5 or key.rstrip('s') == known.rstrip('s'):
        return False
    short, long = sorted((key, known), key=len)
    if len(long) == len(short) + 1:
        return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
    wrong = [i for i in range(len(key)) if key[i] != known[i : i + 1]]
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
    return len(key) == len(known) and (
        len(wrong) == 1 or (swapped and sorted(key) == sorted(known))
    )


def check_parts(cfg: Config, *names: str) -> None:
    """Refuse a config that lacks what is needed of it.

    Args:
        cfg: The config.
        *names: Keys whose values must be dicts; that of ``model`` with a type.

    Raises:
        ValueError: If one is not there, or is no dict.
    """
    for name in names:
        if not isinstance(cfg.get(name), dict):
            raise ValueError(
                f'config {cfg.filename}: `{name}` is {cfg.get(name)!r}, expected a dict'
            )
    if 'model' in names and not isinstance(cfg.model.get('type'), (str, type)):
        raise ValueError(f'config {cfg.filename}: `model` has no type')


def check_types(cfg: Config) -> None:
    """Refuse types that are all but those of a registry.

    Raises:
        ValueError: If one is unknown and like a known one.
    """
    names = {node['type'] for node in dicts(cfg._cfg_dict) if 'type' in node}
    names |= {
        node['constructor'] for node in dicts(cfg._cfg_dict) if 'constructor' in node
    }
    known = registered_names()
    for name in names:
        if not isinstance(name, str) or '.' in name or name in known:
            continue
        if closest(name, known):
            raise ValueError(unknown_type(name))


def check_numbers(cfg: Config) -> None:
    """Refuse numbers with which nothing can be trained or loaded.

    Raises:
        ValueError: With the key, its value and the least that is expected.
    """
    least = {'train_cfg.max_iters': 1, 'randomness.seed': 0}
    for loader in LOADERS:
        least |= {f'{loader}.batch_size': 1, f'{loader}.num_workers': 0}
    for key, bound in least.items():
        part, name = key.split('.')
        value = (cfg.get(part) or {}).get(name)
        if value is not None and (not isinstance(value, int) or value < bound):
            raise ValueError(f'{key} is {value}, expected at least {bound}')


def check_buildable(cfg: Config) -> None:
    """Build once what training builds, so that a slip shows before hours of work.

    Raises:
        Exception: Whatever a constructor raises; ``mmuda.jobs.errors`` knows what of
            it the user can mend.
    """
    for name in LOADERS:
        if cfg.get(name) is not None:
            known = {*inspect.signature(DataLoader).parameters, *OF_LOADER}
            _check_arguments(name, cfg[name], known)
    _check_settings(
        'train_dataloader.sampler', cfg.train_dataloader.sampler, DATA_SAMPLERS
    )
    _check_settings('train_cfg', cfg.train_cfg, LOOPS)
    hooks = [
        *(cfg.get('default_hooks') or {}).values(),
        *(cfg.get('custom_hooks') or []),
    ]
    for hook in filter(None, hooks):
        HOOKS.build({k: deepcopy(v) for k, v in hook.items() if k != 'priority'})
    for name in ('val_evaluator', 'test_evaluator'):
        metrics = cfg.get(name) or []
        for metric in [metrics] if isinstance(metrics, dict) else metrics:
            METRICS.build(deepcopy(metric))
    _check_backends(cfg)
    model = MODELS.build(deepcopy(cfg.model))
    build_optim_wrapper(model, deepcopy(cfg.optim_wrapper))
    if cfg.get('compile'):
        compile_backbone(model, {})


def _check_backends(cfg: Config) -> None:
    # mmengine builds them first after all that a run builds on was trained.
    for backend in (cfg.get('visualizer') or {}).get('vis_backends') or []:
        package = backend['type'].removesuffix('VisBackend').lower()
        if package in BACKENDS and not find_spec(package):
            raise ImportError(
                f'{backend["type"]} needs {package}: pip install {package}'
            )


def _check_settings(what: str, settings: dict, registry: object) -> None:
    kind = registry.get(settings.get('type', ''))
    if kind is None:
        return
    parameters = inspect.signature(kind).parameters
    if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        _check_arguments(what, settings, {*parameters, 'type', '_scope_', 'by_epoch'})


def _check_arguments(what: str, settings: dict, known: Iterable[str]) -> None:
    for name in settings:
        if name not in known and not name.startswith('_'):
            similar = closest(name, known)
            advice = f', did you mean {similar!r}?' if similar else ''
            raise ValueError(f'{what} does not take {name!r}{advice}')
