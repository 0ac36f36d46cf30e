"""Training by a config, with everything that it needs first."""

import torch
from mmengine.config import Config
from mmengine.dist import get_world_size
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS
from torch import nn

from mmuda.datasets.checks import check_images, check_labels
from mmuda.engine.checkpoint import latest_checkpoint
from mmuda.engine.runner import ConciseRunner
from mmuda.files import remove_leftovers
from mmuda.jobs.amp import train_in_mixed_precision
from mmuda.jobs.averaging import check_averaging
from mmuda.jobs.bands import expected_bands, provide_weights
from mmuda.jobs.checks import check_buildable, check_parts
from mmuda.jobs.data_sets import members_of
from mmuda.jobs.domains import source_domains
from mmuda.jobs.prerequisites import check_all, data_of, provide
from mmuda.jobs.processes import first_alone, join_processes
from mmuda.jobs.resuming import refuse_other_run
from mmuda.jobs.shared_images import refuse_shared_images
from mmuda.jobs.translation.loading import is_translator
from mmuda.pairing import ImageSet


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
    check_parts(cfg, 'train_dataloader', 'train_cfg', 'optim_wrapper')
    check_mini_batch(cfg)
    check_launcher(cfg)
    check_averaging(cfg)
    check_pooling(cfg)
    check_buildable(cfg)
    if cfg.get('amp'):
        train_in_mixed_precision(cfg)
    needed = check_all(cfg)
    join_processes(cfg)
    cfg.processes = get_world_size()  # a checkpoint says so to whoever resumes
    first_alone(lambda: remove_leftovers(cfg.work_dir))
    provide(data_of(cfg), cfg)
    refuse_shared_images(cfg)
    check_images_and_labels(cfg)
    provide_weights(cfg)
    checkpoint = latest_checkpoint(cfg.work_dir) if resume else None
    if checkpoint is not None:
        refuse_other_run(checkpoint, cfg)
    provide(needed, cfg)
    if checkpoint is not None:
        cfg.load_from, cfg.resume = str(checkpoint), True
        all_weights = dict(type='StrictLoadHook')
        cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), all_weights]
    ConciseRunner.from_cfg(cfg).train()


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


def check_images_and_labels(cfg: Config) -> None:
    """Look through what training will read, and put down which images these are.

    A translator reads no labels. ``cfg.trained_on`` becomes a part of the config in
    each checkpoint, so that a run is resumed on the same images.

    Raises:
        ValueError: If an image or a label is not what it should be.
    """
    dataset = cfg.train_dataloader.dataset
    sources = members_of(dataset)
    domains = dict(zip(source_domains(len(sources)), sources, strict=True))
    labelled = set() if is_translator(cfg) else set(domains)
    if dataset.get('target') is not None:
        domains['target'] = dataset.target
    cfg.trained_on = {}
    for domain, member in domains.items():
        built = DATASETS.build(member)
        check_images(built, expected_bands(cfg, domain))
        if domain in labelled:
            check_labels(built, len(built.metainfo['classes']))
        images = ImageSet.of(built)
        cfg.trained_on[domain] = dict(
            images=len(images.names), sha256=images.fingerprint
        )
