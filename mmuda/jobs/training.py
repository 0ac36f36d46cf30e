"""Training by a config, with everything that it needs first."""

import os
import subprocess
import sys
import time
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import DATASETS, MODELS

from mmuda.datasets.checks import check_labels
from mmuda.engine.checkpoint import latest_checkpoint
from mmuda.jobs.config import load_config, sibling
from mmuda.jobs.pairing.strategies import NEED_MODEL
from mmuda.jobs.translation.source import (
    make_translations,
    read_translations,
    translation_hook,
    translations_are_there,
    translator_of,
)


def train(cfg: Config, *, resume: bool = False, demo: bool = False) -> None:
    """Train the model of a config.

    Before the first iteration the labels are checked, and what the config builds on
    is made where it is missing: the source model, then the mapping.

    Args:
        cfg: From :func:`mmuda.jobs.config.load_config`.
        resume: Whether to go on from the newest checkpoint of the work folder.
        demo: Whether the config was cut down by ``--demo``; what is made first is
            then cut down as well.

    Raises:
        ValueError: If data, mapping or checkpoint are not what they should be.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    check_mini_batch(cfg)
    check_launcher(cfg)
    check_training_labels(cfg)
    if int(os.environ.get('RANK', 0)) == 0:
        make_what_is_missing(cfg, demo)
    else:
        _wait_for_rank_0(cfg, demo)
    read_translations(cfg, demo)
    checkpoint = latest_checkpoint(cfg.work_dir) if resume else None
    if checkpoint is not None:
        cfg.load_from, cfg.resume = str(checkpoint), True
        all_weights = dict(type='StrictLoadHook')
        cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), all_weights]
    elif cfg.get('warm_start') and not cfg.load_from:
        cfg.load_from = str(source_checkpoint(cfg, demo))
    join_processes(cfg)
    Runner.from_cfg(cfg).train()


def check_mini_batch(cfg: Config) -> None:
    """Refuse a batch size that tears pairs apart.

    Raises:
        ValueError: If images come in pairs and the batch size is odd.
    """
    loader = cfg.train_dataloader
    if loader.sampler.type == 'PairedSampler' and loader.batch_size % 2:
        raise ValueError(
            f'train_dataloader.batch_size is {loader.batch_size}, expected an even '
            'number: it counts images, two a pair'
        )


def check_launcher(cfg: Config) -> None:
    """Refuse several processes where one pass over all images is made.

    Raises:
        ValueError: If a model that is fitted in one pass is launched distributed.
    """
    launcher = cfg.get('launcher', 'none')
    if launcher != 'none' and cfg.train_cfg.get('type') == 'FitLoop':
        raise ValueError(
            f'a {cfg.model.type} is fitted in one process, got --launcher {launcher}: '
            'leave it out'
        )


def check_training_labels(cfg: Config) -> None:
    """Read the labels that training will read; see :func:`check_labels`.

    A translator reads none.

    Raises:
        ValueError: If a label is not what it should be, or the model tells another
            number of classes apart than the dataset has.
    """
    if hasattr(MODELS.get(cfg.model.type), 'translate'):
        return
    head = cfg.model.get('segmentor', cfg.model).get('decode_head')
    source = cfg.train_dataloader.dataset.get('source', [])
    for member in source if isinstance(source, (list, tuple)) else [source]:
        dataset = DATASETS.build(member)
        classes = dataset.metainfo['classes']
        if isinstance(head, dict) and head.num_classes != len(classes):
            raise ValueError(
                f'decode_head.num_classes is {head.num_classes}, expected '
                f'{len(classes)}, the classes of {member.type}: {classes}'
            )
        check_labels(dataset, len(classes))


def missing_mapping(cfg: Config) -> Path | None:
    """The mapping that the sampler names, if it is not there."""
    file = (cfg.train_dataloader.get('sampler') or {}).get('mapping')
    return Path(file) if file and not Path(file).is_file() else None


def source_checkpoint(cfg: Config, demo: bool) -> Path:
    """Where the last checkpoint of the config's source model is, or will be.

    The source model has the seed of the run that builds on it.
    """
    seed = cfg.randomness.seed
    model = load_config(sibling(cfg, cfg.source_model), demo=demo, seed=seed)
    return Path(model.work_dir, f'iter_{model.train_cfg.max_iters}.pth')


def make_what_is_missing(cfg: Config, demo: bool) -> None:
    """Train source model and translator, compute mapping and translations, as needed.

    Each is a command of its own, printed before it runs.
    """
    mapping = missing_mapping(cfg)
    strategy = cfg.pairing.strategy if mapping else None
    needs_model = strategy in NEED_MODEL or cfg.get('warm_start')
    switches = ['--demo'] if demo else []
    if needs_model and not source_checkpoint(cfg, demo).is_file():
        model = sibling(cfg, cfg.source_model)
        command = ['train', model, '--resume', '--seed', str(cfg.randomness.seed)]
        _run('the source model is not there yet', command, switches)
    _make_translations(cfg, demo)
    if mapping is None:
        return
    shuffled = cfg.pairing.get('ground_truth')
    if strategy == 'shuffled_ground_truth' and not Path(shuffled or '.').exists():
        _make_mapping(cfg, 'ground_truth', Path(shuffled), demo)
    _make_mapping(cfg, strategy, mapping, demo)


def _make_mapping(cfg: Config, strategy: str, file: Path, demo: bool) -> None:
    command = ['pair', cfg.filename, '--strategy', strategy, '--out', str(file)]
    if strategy in NEED_MODEL:
        command += ['--checkpoint', str(source_checkpoint(cfg, demo))]
    switches = ['--demo'] if demo else []
    _run(f'mapping {file} is not there yet', command, switches)


def _make_translations(cfg: Config, demo: bool) -> None:
    hook = translation_hook(cfg)
    if hook is None:
        return
    translator, checkpoint, made_here = translator_of(cfg, demo)
    if not checkpoint.is_file():
        if not made_here:
            raise FileNotFoundError(f'translator {checkpoint} does not exist')
        seed = str(cfg.randomness.seed)
        command = ['train', translator.filename, '--resume', '--seed', seed]
        _run('the translator is not there yet', command, ['--demo'] if demo else [])
    if hook.get('mode', 'offline') == 'offline':
        make_translations(cfg, demo)


def _run(reason: str, command: list[str], switches: list[str]) -> None:
    words = [*command, *switches]
    print(f'{reason}: mmuda {" ".join(words)}', flush=True)  # noqa: T201
    # The command is a run of its own, also when this one is distributed.
    alone = {
        k: v
        for k, v in os.environ.items()
        if k not in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR', 'MASTER_PORT')
    }
    done = subprocess.run([sys.executable, '-m', 'mmuda', *words], env=alone)
    if done.returncode:
        raise ValueError(f'`mmuda {" ".join(words)}` failed, see above')


def _wait_for_rank_0(cfg: Config, demo: bool) -> None:
    while (
        missing_mapping(cfg)
        or not translations_are_there(cfg, demo)
        or (cfg.get('warm_start') and not source_checkpoint(cfg, demo).is_file())
    ):
        time.sleep(2)


def join_processes(cfg: Config) -> None:
    """Join the process group on a machine without a GPU, where mmengine can not."""
    if cfg.get('launcher', 'none') != 'none' and not torch.cuda.is_available():
        torch.distributed.init_process_group('gloo')
        cfg.env_cfg.dist_cfg.backend = 'gloo'
        cfg.setdefault('model_wrapper_cfg', dict(type='MMDistributedDataParallel'))
        cfg.model_wrapper_cfg.setdefault('device_ids', None)
