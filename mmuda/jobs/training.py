"""Training by a config, with everything that it needs first."""

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import DATASETS

from mmuda.datasets.checks import check_labels
from mmuda.engine.checkpoint import latest_checkpoint
from mmuda.jobs.averaging import check_averaging
from mmuda.jobs.data_sets import members_of
from mmuda.jobs.prerequisites import check_all, data_of, provide
from mmuda.jobs.shared_images import refuse_shared_images
from mmuda.jobs.translation.loading import is_translator


def train(cfg: Config, *, resume: bool = False) -> None:
    """Train the model of a config.

    Before the first iteration what the config builds on is checked, then the labels;
    then it is made where it is missing: the source model, the mapping, the translator
    and its images.

    Args:
        cfg: From :func:`mmuda.jobs.config.load_config`.
        resume: Whether to go on from the newest checkpoint of the work folder.

    Raises:
        ValueError: If data, mapping or checkpoint are not what they should be.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    check_mini_batch(cfg)
    check_launcher(cfg)
    check_averaging(cfg)
    needed = check_all(cfg)
    provide(data_of(cfg), cfg)
    refuse_shared_images(cfg)
    check_training_labels(cfg)
    provide(needed, cfg)
    checkpoint = latest_checkpoint(cfg.work_dir) if resume else None
    if checkpoint is not None:
        cfg.load_from, cfg.resume = str(checkpoint), True
        all_weights = dict(type='StrictLoadHook')
        cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), all_weights]
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
            'number: it counts images, two per pair'
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
        ValueError: If a label is not what it should be.
    """
    if is_translator(cfg):
        return
    for member in members_of(cfg.train_dataloader.dataset):
        dataset = DATASETS.build(member)
        check_labels(dataset, len(dataset.metainfo['classes']))


def join_processes(cfg: Config) -> None:
    """Join the process group on a machine without a GPU, where mmengine can not."""
    if cfg.get('launcher', 'none') != 'none' and not torch.cuda.is_available():
        torch.distributed.init_process_group('gloo')
        cfg.env_cfg.dist_cfg.backend = 'gloo'
        cfg.setdefault('model_wrapper_cfg', dict(type='MMDistributedDataParallel'))
        cfg.model_wrapper_cfg.setdefault('device_ids', None)
