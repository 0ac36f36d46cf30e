"""The translated source that a training config asks for."""

import os
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmseg.registry import DATASETS

from mmuda.jobs.data_sets import members_of
from mmuda.jobs.tiling import Tiling
from mmuda.jobs.translation.jobs import Job, output_name
from mmuda.jobs.translation.loading import bands_of
from mmuda.jobs.translation.tiling import Route


def translation_hook(cfg: Config) -> ConfigDict | None:
    """The config's TranslationHook, None if it has none.

    ``translator`` of a config, the path of another or a dict with it as ``config`` and
    with settings of the hook, stands for one.

    Raises:
        ValueError: If it has several.
    """
    hooks = [h for h in cfg.get('custom_hooks') or [] if h.type == 'TranslationHook']
    named = cfg.get('translator')
    if named is not None:
        settings = dict(config=named) if isinstance(named, str) else dict(named)
        known = {k: settings.pop(k) for k in ('config', 'checkpoint') if k in settings}
        hooks.append(ConfigDict(type='TranslationHook', translator=known, **settings))
    if len(hooks) > 1:
        raise ValueError(
            f'{cfg.filename} has {len(hooks)} translators of the source, expected one'
        )
    return hooks[0] if hooks else None


def with_hook(cfg: Config, hook: ConfigDict) -> None:
    """Let a config have this TranslationHook, and no other word of it."""
    others = [h for h in cfg.get('custom_hooks') or [] if h.type != 'TranslationHook']
    cfg.custom_hooks = [*others, hook]
    cfg.translator = None


def translation_jobs(cfg: Config, translator: Config, checkpoint: Path) -> list[Job]:
    """What has to be translated, one job per source.

    Args:
        cfg: A training config with a translator.
        translator: Config of the translator.
        checkpoint: Its checkpoint.
    """
    hook = translation_hook(cfg)
    domain = hook.get('source', 'source')
    bands = bands_of(translator, domain)
    route = Route(domain, hook.get('target', 'target'), bands)
    members = members_of(cfg.train_dataloader.dataset)
    jobs = []
    for number, member in enumerate(members):
        name = 'source' if len(members) == 1 else f'source_{number}'
        dataset, root = DATASETS.build(member), image_folder(member)
        paths = [dataset.get_data_info(i)['img_path'] for i in range(len(dataset))]
        files = {}
        for path in map(Path, paths):
            folder = os.path.relpath(path.parent, root)
            files[str(Path(folder, output_name(path)))] = path
        out = Path(translator.work_dir, 'translated', name)
        jobs.append(Job(files, out, translator.filename, checkpoint, route, Tiling()))
    return jobs


def image_folder(member: ConfigDict) -> str:
    """Folder of the images of a data set."""
    return str(Path(member.get('data_root') or '', member.data_prefix.img_path))
