"""Reading a config for a command."""

from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from mmuda.jobs.bands import use_bands
from mmuda.jobs.checks import check_keys, check_numbers, check_parts, check_types
from mmuda.jobs.completion import (
    complete_model,
    fill_classes,
    import_mmuda,
    leave_out_hooks,
    repeat_for_sources,
)
from mmuda.jobs.data_sets import members_of
from mmuda.jobs.demo import cut_down, forget_pretrained, use_stand_ins
from mmuda.jobs.domains import (
    Domains,
    augment_source,
    check_domains,
    name_domains,
    names_of_domains,
    place_domains,
    source_domains,
)
from mmuda.jobs.inheritance import (
    FILES,
    absolute,
    find_config,
    make_files_absolute,
    read_config_file,
)
from mmuda.jobs.oracle import is_oracle


def load_config(  # noqa: PLR0913
    file: str | Path,
    *,
    work_dir: str | None = None,
    options: dict | None = None,
    source: str | Sequence[str] | None = None,
    target: str | None = None,
    seed: int | None = None,
    demo: bool = False,
    small: bool = False,
    amp: bool = False,
) -> Config:
    """Read a config file and what the command line adds to it, and complete it.

    The data sets that the config names are put in their places, and what follows from
    them and from the model is filled in. A config that was loaded and written to a
    file is loaded as it is.

    Args:
        file: The config; ``mmuda::<path below configs/>`` for one of the package.
        work_dir: Folder of the run. By default the config's, or
            ``work_dirs[/demo|/small]/<folder>/<name>``; see :func:`run_name`.
        options: Overrides by dotted key.
        source: Data sets to learn from, in place of the config's: names, or files
            relative to the working folder.
        target: The data set to adapt to, likewise.
        seed: Seed of the run, by default the config's.
        demo: Whether to cut the config down, on made-up data.
        small: Whether to cut it down, on the data that it names.
        amp: Whether to train in mixed precision, and what it builds on as well.

    Raises:
        FileNotFoundError: If there is no such config.
        ValueError: If what it says can not be meant.
    """
    cfg = read_config_file(find_config(file))
    check_keys(cfg)
    check_parts(cfg, 'model')
    make_files_absolute(cfg)
    said = names_of_domains(cfg)
    if demo and small:
        raise ValueError('--demo and --small exclude each other: choose one')
    cfg.cut_down = 'demo' if demo else 'small' if small else None
    if cfg.cut_down:
        cut_down(cfg)
    rounds = cfg.get('rounds')
    if options:
        _override(cfg, options)
    if seed is not None:
        cfg.randomness.seed = seed
    cfg.amp = amp or cfg.get('amp', False)
    check_types(cfg)
    check_numbers(cfg)
    _complete(cfg, absolute(source, '.'), absolute(target, '.'))
    cfg.work_dir = _work_dir(cfg, said, rounds) if work_dir is None else work_dir
    return cfg


def loading_of(cfg: Config) -> dict:
    """How a config was loaded, as :func:`load_config` takes it for another one.

    Overrides and work folder are not said: they are that config's own.
    """
    return dict(
        seed=cfg.randomness.seed,
        source=cfg.get('source'),
        target=cfg.get('target'),
        demo=cfg.get('cut_down') == 'demo',
        small=cfg.get('cut_down') == 'small',
        amp=cfg.get('amp', False),
    )


def _override(cfg: Config, options: dict) -> None:
    cfg.merge_from_dict(options)
    given = {key.partition('.')[0] for key in options}
    make_files_absolute(cfg, given.intersection(FILES), Path.cwd())


def _complete(
    cfg: Config, source: str | Sequence[str] | None, target: str | None
) -> None:
    """Fill in what follows from the data sets and the model."""
    import_mmuda(cfg)
    leave_out_hooks(cfg)
    domains = name_domains(cfg, source, target)
    if domains and cfg.cut_down == 'demo':
        domains = domains.stood_in_for()
    if cfg.get('train_dataloader') is not None:
        _complete_training(cfg, domains)
    if cfg.cut_down:
        forget_pretrained(cfg)
    if cfg.cut_down == 'demo':
        use_stand_ins(cfg)
    cfg.oracle = is_oracle(cfg)


def _complete_training(cfg: Config, domains: Domains | None) -> None:
    dataset = cfg.train_dataloader.dataset
    number = len(domains.sources if domains else members_of(dataset))
    if not number and dataset.type == 'DomainConcatDataset':
        raise ValueError(
            f'{cfg.filename} names neither `source` and `target` nor a data set to '
            'learn from'
        )
    repeat_for_sources(cfg, source_domains(number))
    complete_model(cfg)
    if domains:
        place_domains(cfg, domains)
    augment_source(cfg)
    use_bands(cfg)
    known = domains.known_classes() if domains else {}
    fill_classes(cfg, check_domains(cfg), known)


def _work_dir(cfg: Config, said: tuple[str, str] | None, rounds: int | None) -> str:
    """Folder of the run; a round that its file does not name has one of its own."""
    folder = cfg.get('work_dir')
    if folder is None:
        root = Path('work_dirs', cfg.cut_down or '')
        folder = root / Path(cfg.filename).absolute().parent.name / run_name(cfg, said)
    another_round = cfg.get('rounds') != rounds
    return f'{folder}_round{cfg.rounds}' if another_round else str(folder)


def run_name(cfg: Config, said: tuple[str, str] | None) -> str:
    """Name of the run: the config's, with the data sets and the seed it is run for.

    Args:
        cfg: The config.
        said: The data sets that its file names: source, or sources joined by dashes,
            and target.
    """
    name, names = Path(cfg.filename).stem, names_of_domains(cfg)
    if names != said:
        name = f'{name.removesuffix("_" + "_".join(said))}_{"_".join(names)}'
    seed = cfg.get('randomness', {}).get('seed')
    return f'{name}_seed{seed}' if seed else name
