"""Training by a config, with everything that it needs first."""

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import DATASETS, MODELS
from torch import nn

from mmuda.datasets.checks import check_labels
from mmuda.engine.checkpoint import latest_checkpoint
from mmuda.jobs.averaging import check_averaging
from mmuda.jobs.bands import check_bands, provide_weights
from mmuda.jobs.data_sets import members_of
from mmuda.jobs.prerequisites import check_all, data_of, provide
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
    check_pooling(cfg)
    needed = check_all(cfg)
    provide(data_of(cfg), cfg)
    check_bands(cfg)
    check_training_labels(cfg)
    provide_weights(cfg)
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


def check_pooling(cfg: Config) -> None:
    """Refuse one image per domain where a pooled image is normalised by its batch.

    Raises:
        ValueError: If a layer would see a single value per channel.
    """
    segmentor = cfg.model.get('segmentor', cfg.model)
    dataset, batch = cfg.train_dataloader.dataset, cfg.train_dataloader.batch_size
    paired = dataset.get('target') is not None
    domains = len(members_of(dataset)) + paired
    if batch >= 2 * domains or 'decode_head' not in segmentor:
        return
    model = MODELS.build({**segmentor, 'data_preprocessor': None})
    bands = next(m for m in model.modules() if isinstance(m, nn.Conv2d)).in_channels
    try:
        with torch.no_grad():
            model.train()(torch.zeros(1, bands, 64, 64), mode='tensor')
    except RuntimeError:
        return  # too small an image for this network
    except ValueError as error:
        if 'more than 1 value per channel' not in str(error):
            raise
        raise ValueError(
            f'train_dataloader.batch_size is {batch}, one image per domain, and '
            f'{segmentor.decode_head.type} normalises an image pooled to one pixel by '
            f'its batch: expected at least {2 * domains}'
        ) from error


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
        cfg.sync_bn = None  # runs on GPUs alone
        cfg.setdefault('model_wrapper_cfg', dict(type='MMDistributedDataParallel'))
        cfg.model_wrapper_cfg.setdefault('device_ids', None)
