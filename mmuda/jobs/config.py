"""Reading a config for a command."""

import os
from pathlib import Path

from mmengine.config import Config

SOURCE_VARIABLE = 'MMUDA_SOURCE'
TARGET_VARIABLE = 'MMUDA_TARGET'


def load_config(
    file: str,
    *,
    work_dir: str | None = None,
    options: dict | None = None,
    demo: bool = False,
    seed: int | None = None,
) -> Config:
    """Read a config file and what the command line adds to it.

    Args:
        file: The config.
        work_dir: Folder of the run. By default the config's, or
            ``work_dirs/<folder>/<name>``, where the name is that of the file with
            the cities that were asked for.
        options: Overrides by dotted key.
        demo: Whether to cut the config down, on made-up data.
        seed: Seed of the run, by default the config's.

    Raises:
        FileNotFoundError: If there is no such config.
    """
    if '::' not in file and not Path(file).is_file():
        raise FileNotFoundError(f'config {file} does not exist')
    cfg = Config.fromfile(file)
    if demo:
        from mmuda.jobs.demo import apply_demo

        apply_demo(cfg)
    if options:
        cfg.merge_from_dict(options)
    if seed is not None:
        cfg.randomness.seed = seed
    root = Path('work_dirs', 'demo' if demo else '')
    if work_dir is not None:
        cfg.work_dir = work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(root / Path(cfg.filename).parent.name / run_name(cfg))
    return cfg


def choose_cities(source: str | None, target: str | None) -> None:
    """Let the configs read from now on name these cities.

    The leaf configs of city pairs read the cities from the environment, so that one
    file serves every ordered pair, also in the processes that a command starts.

    Raises:
        ValueError: If source and target are the same.
    """
    if source is not None and source == target:
        raise ValueError(f'source and target must differ, both are {source!r}')
    for variable, city in ((SOURCE_VARIABLE, source), (TARGET_VARIABLE, target)):
        if city is not None:
            os.environ[variable] = city


def run_name(cfg: Config) -> str:
    """Name of the run: the config's, with the cities and the seed it is run for."""
    name = Path(cfg.filename).stem
    words = name.split('_')  # method, perhaps a model or what it is trained on, cities
    if len(words) in (3, 4) and 'source' in cfg:
        name = '_'.join([*words[:-2], cfg.source, cfg.target])
    seed = cfg.get('randomness', {}).get('seed')
    return f'{name}_seed{seed}' if seed else name


def sibling(cfg: Config, file: str) -> str:
    """Path of a config that ``cfg`` names relative to its own folder."""
    return file if '::' in file else str(Path(cfg.filename).parent / file)
