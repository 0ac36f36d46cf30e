"""The translated source that a training config with a TranslationHook asks for."""

import os
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmseg.registry import DATASETS

from mmuda.jobs.config import load_config, sibling
from mmuda.jobs.translation.jobs import Job, output_name, translate_files
from mmuda.jobs.translation.loading import bands_of, load_translator
from mmuda.jobs.translation.tiling import Route, Tiling


def translation_hook(cfg: Config) -> ConfigDict | None:
    """The config's TranslationHook, None if it has none.

    Raises:
        ValueError: If it has several.
    """
    hooks = [h for h in cfg.get('custom_hooks') or [] if h.type == 'TranslationHook']
    if len(hooks) > 1:
        raise ValueError(f'{cfg.filename} has {len(hooks)} TranslationHooks, not 1')
    return hooks[0] if hooks else None


def translator_of(cfg: Config, demo: bool) -> tuple[Config, Path, bool]:
    """Config and checkpoint of the translator that a training config names.

    Returns:
        The translator's config; its checkpoint; whether that is the last one of the
        translator's own run, which can be made if it is not there. The translator
        has the seed of the run that builds on it.
    """
    named = translation_hook(cfg).translator
    known = dict(demo=demo, seed=cfg.randomness.seed)
    translator = load_config(sibling(cfg, named.config), **known)
    last = Path(translator.work_dir, f'iter_{translator.train_cfg.max_iters}.pth')
    checkpoint = Path(named.get('checkpoint') or last)
    return translator, checkpoint, checkpoint == last


def read_translations(cfg: Config, demo: bool) -> None:
    """Let training use what is there now.

    The hook is told which checkpoint it is; offline, the source's pipelines begin
    with reading translated images.
    """
    hook = translation_hook(cfg)
    if hook is None:
        return
    translator, checkpoint, _ = translator_of(cfg, demo)
    hook.translator = dict(
        # Absolute: what names it is relative to another file.
        config=str(Path(translator.filename).resolve()),
        checkpoint=str(checkpoint),
        demo=demo,
        seed=cfg.randomness.seed,
    )
    if hook.get('mode', 'offline') == 'offline':
        for member, job in zip(_sources(cfg), _jobs(cfg, demo), strict=True):
            read = dict(
                type='TranslatedImage',
                folder=str(job.out),
                root=_image_folder(member),
                share=hook.get('share', 1.0),
            )
            member.pipeline = [read, *member.pipeline]


def make_translations(cfg: Config, demo: bool) -> None:
    """Translate the source's training images, as far as it is not done.

    They go to ``translated/<domain>`` in the work folder of the translator.
    """
    translator, checkpoint, _ = translator_of(cfg, demo)
    jobs = _jobs(cfg, demo)
    model = load_translator(translator, checkpoint)
    for job in jobs:
        translate_files(model, job)


def translations_are_there(cfg: Config, demo: bool) -> bool:
    """Whether training can start, as far as translation is concerned."""
    hook = translation_hook(cfg)
    if hook is None:
        return True
    if not translator_of(cfg, demo)[1].is_file():
        return False
    if hook.get('mode', 'offline') == 'online':
        return True
    return all((job.out / n).is_file() for job in _jobs(cfg, demo) for n in job.files)


def _sources(cfg: Config) -> list[ConfigDict]:
    source = cfg.train_dataloader.dataset.source
    return list(source) if isinstance(source, (list, tuple)) else [source]


def _image_folder(member: ConfigDict) -> str:
    return str(Path(member.get('data_root') or '', member.data_prefix.img_path))


def _jobs(cfg: Config, demo: bool) -> list[Job]:
    """What has to be translated, one job a source."""
    hook = translation_hook(cfg)
    translator, checkpoint, _ = translator_of(cfg, demo)
    domain = hook.get('source', 'source')
    bands = bands_of(translator, domain)
    route = Route(domain, hook.get('target', 'target'), bands)
    members = _sources(cfg)
    jobs = []
    for number, member in enumerate(members):
        name = 'source' if len(members) == 1 else f'source_{number}'
        dataset, root = DATASETS.build(member), _image_folder(member)
        paths = [dataset.get_data_info(i)['img_path'] for i in range(len(dataset))]
        files = {}
        for path in map(Path, paths):
            folder = os.path.relpath(path.parent, root)
            files[str(Path(folder, output_name(path)))] = path
        out = Path(translator.work_dir, 'translated', name)
        job = Job(files, out, translator.filename, checkpoint, route, Tiling())
        jobs.append(job)
    return jobs
