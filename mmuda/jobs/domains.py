"""From ``source`` and ``target`` of a config to the data sets that it trains on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmengine.config import Config
from mmseg.registry import DATA_SAMPLERS

from mmuda.datasets.samplers import PairedSampler, SourceSampler
from mmuda.jobs.data_sets import (
    DataSet,
    addresses,
    classes_of,
    find_data_set,
    is_complete,
    members_of,
    name_of,
    with_augmentation,
    with_pipeline,
    without_labels,
)
from mmuda.jobs.inheritance import merged
from mmuda.jobs.translation.loading import is_translator


@dataclass(frozen=True)
class Domains:
    """What a config names.

    Args:
        sources: The labelled data sets to learn from.
        target: The data set to be good at.
    """

    sources: tuple[DataSet, ...]
    target: DataSet

    def stood_in_for(self) -> 'Domains':
        """Those that are used with ``--demo``."""
        sources = tuple(data_set.stood_in_for() for data_set in self.sources)
        return Domains(sources, self.target.stood_in_for())

    def known_classes(self) -> dict[str, Sequence[int] | None]:
        """Ids of the classes that occur in each source, by its domain; None for all."""
        names = source_domains(len(self.sources))
        return {n: s.classes for n, s in zip(names, self.sources, strict=True)}


def source_domains(number: int) -> list[str]:
    """Names of the domains of so many sources."""
    return ['source'] if number == 1 else [f'source_{i}' for i in range(number)]


def names_of_domains(cfg: Config) -> tuple[str, str] | None:
    """How the sources, joined by dashes, and the target of a config are called."""
    if cfg.get('source') is None or cfg.get('target') is None:
        return None
    source, target = (
        '-'.join(map(name_of, addresses(cfg[key], cfg))) for key in ('source', 'target')
    )
    return source, target


def pair_of(cfg: Config) -> str:
    """Source and target of a config, as tables call them."""
    names = names_of_domains(cfg)
    return 'own data' if names is None else ' to '.join(names)


def name_domains(
    cfg: Config, source: str | Sequence[str] | None, target: str | None
) -> Domains | None:
    """Find the data sets of a config, and refuse what can not be meant.

    Afterwards ``cfg.source`` and ``cfg.target`` find them from anywhere.

    Args:
        cfg: The config.
        source: One or more in place of the config's.
        target: Likewise.

    Returns:
        None for a config that names neither, but gives its data sets itself.

    Raises:
        ValueError: If a name is unknown, source and target are the same, or there are
            several sources where one is learned from.
    """
    if cfg.get('source') is None or cfg.get('target') is None:
        if source or target:
            raise ValueError(
                f'{cfg.filename} names no `source` and `target`, it can not be given '
                f'others: --source {source}, --target {target}'
            )
        return None
    dataset = cfg.train_dataloader.dataset
    if source and is_complete(dataset.get('source')):
        raise ValueError(
            f'{cfg.filename} gives its source data set itself, so --source {source} '
            'can not take its place'
        )
    sources = addresses(source or cfg.source, cfg)
    targets = addresses(target or cfg.target, cfg)
    if len(targets) > 1:
        raise ValueError(f'there can be one target, got {", ".join(targets)}')
    cfg.source = sources if len(sources) > 1 else sources[0]
    cfg.target = targets[0]
    found = [find_data_set(address) for address in sources]
    goal = find_data_set(targets[0])
    if trains_on_target(cfg):
        return Domains((goal,), goal)
    _check_names(found, goal)
    if len(found) > 1:
        _refuse_several(cfg, ', '.join(data_set.name for data_set in found))
    return Domains(tuple(found), _with_classes(goal, found[0]))


def _with_classes(target: DataSet, source: DataSet) -> DataSet:
    """A prepared target without labels has the classes of the source."""
    is_bare = target.train['type'] == 'PreparedDataset' and not classes_of(target.train)
    if not is_bare:
        return target
    metainfo = dict(classes=classes_of(source.train))
    return replace(target, train=dict(target.train, metainfo=metainfo))


def trains_on_target(cfg: Config) -> bool:
    """Whether a config learns from the labels of the target: an oracle.

    Raises:
        ValueError: If ``trains_on`` is neither source nor target.
    """
    which = cfg.get('trains_on', 'source')
    if which not in ('source', 'target'):
        raise ValueError(f"trains_on must be 'source' or 'target', got {which!r}")
    return which == 'target'


def _check_names(sources: Sequence[DataSet], target: DataSet) -> None:
    names = [data_set.address for data_set in sources]
    if target.address in names:
        raise ValueError(
            f'source and target must differ, {target.name!r} is both: sources are '
            f'{", ".join(s.name for s in sources)}'
        )
    if len(set(names)) < len(names):
        raise ValueError(
            f'sources must differ, got {", ".join(s.name for s in sources)}'
        )


def _refuse_several(cfg: Config, named: str) -> None:
    sampler = cfg.train_dataloader.sampler.type
    one = issubclass(DATA_SAMPLERS.get(sampler), (PairedSampler, SourceSampler))
    if one or is_translator(cfg):
        what = sampler if one else cfg.model.type
        raise ValueError(
            f'{cfg.filename} learns from one source ({what}), got several: {named}; '
            'configs/multi_source takes any number'
        )


def place_domains(cfg: Config, domains: Domains) -> None:
    """Put the data sets where training, validation and test look for them.

    What a config says of a data set itself stays: a dict with a ``type`` as a whole,
    another on top of what its name stands for. ``train_pipeline`` and
    ``test_pipeline`` of a config take the place of those of the data sets.

    Raises:
        ValueError: If validation is asked for on what there is not; see
            :func:`_validated`.
    """
    _place_training(cfg, domains)
    _place_evaluation(cfg, _validated(cfg, domains), 'val')
    _place_evaluation(cfg, domains.target, 'test')
    if isinstance(cfg.get('pairing'), dict):
        _place_pairing(cfg, domains)
    if cfg.get('test_dataloader') is not None:
        # Where MMSeg's `init_model` looks for it.
        cfg.test_pipeline = cfg.test_dataloader.dataset.pipeline


def _place_pairing(cfg: Config, domains: Domains) -> None:
    """Name the labelled images that a mapping may be made from.

    A translator trains on images alone: the labels of its source are named here, and
    images are compared as the data sets themselves give them.
    """
    translates = is_translator(cfg)
    pipeline = None if translates else cfg.get('train_pipeline')
    labelled = with_pipeline(domains.target.train, pipeline)
    cfg.pairing.target_labels = _place(labelled, cfg.pairing.get('target_labels'))
    if translates:
        given = cfg.pairing.get('source_labels')
        cfg.pairing.source_labels = _place(domains.sources[0].train, given)


def target_images(cfg: Config) -> dict | None:
    """Config of the target's training images, without labels.

    Also where a config learns from the source alone, and does not read them.

    Args:
        cfg: A config that was loaded.

    Returns:
        None if it names no target.
    """
    given = cfg.train_dataloader.dataset.get('target')
    if given is not None:
        return given
    domains = name_domains(cfg, None, None)
    if domains is None:
        return None
    if cfg.get('cut_down') == 'demo':
        domains = domains.stood_in_for()
    return without_labels(
        with_pipeline(domains.target.train, cfg.get('train_pipeline'))
    )


def augment_source(cfg: Config) -> None:
    """Augment what is learned from, by ``source_augmentation`` of a config.

    Its steps come before packing in the pipeline of each source; the target's stays.
    A config that was completed before has them in its pipelines, and the key no more.
    """
    steps, dataset = cfg.pop('source_augmentation', None), cfg.train_dataloader.dataset
    if steps and dataset.get('source') is not None:
        members = [with_augmentation(m, steps) for m in members_of(dataset)]
        dataset.source = members if len(members) > 1 else members[0]


def _validated(cfg: Config, domains: Domains) -> DataSet:
    """The data set that training is measured on in between.

    With ``val_on='source'`` it is the part of the source that its data set holds out,
    as its ``val``: labels of the target are then read by the final test alone.
    """
    which = cfg.get('val_on', 'target')
    if which not in ('source', 'target'):
        raise ValueError(f"val_on must be 'source' or 'target', got {which!r}")
    if which == 'target':
        return domains.target
    source, *others = domains.sources
    if others or source.val is None:
        why = 'there are several' if others else f'{source.name} has no `val`'
        raise ValueError(
            f"val_on='source' needs one source that holds out a part as its `val`, "
            f"{why}: name one that does, or say val_on='target'"
        )
    return source


def _place(found: dict, given: dict | None) -> dict:
    """What a config gives on top of what was found, or in its place."""
    return merged({} if is_complete(given) else found, given or {})


def _place_training(cfg: Config, domains: Domains) -> None:
    dataset, pipeline = cfg.train_dataloader.dataset, cfg.get('train_pipeline')
    given = dataset.get('source')
    if not isinstance(given, (list, tuple)):
        members = [with_pipeline(s.train, pipeline) for s in domains.sources]
        if is_translator(cfg):
            members = [without_labels(member) for member in members]
        members = [_place(member, given) for member in members]
        several = len(members) > 1 and not is_complete(given)
        dataset.source = members if several else members[0]
    sampler = DATA_SAMPLERS.get(cfg.train_dataloader.sampler.type)
    if not issubclass(sampler, SourceSampler):
        target = without_labels(with_pipeline(domains.target.train, pipeline))
        dataset.target = _place(target, dataset.get('target'))


def _place_evaluation(cfg: Config, target: DataSet, split: str) -> None:
    loader, evaluator = (cfg.get(f'{split}_{k}') for k in ('dataloader', 'evaluator'))
    if loader is None:
        return
    if is_complete(loader.get('dataset')):
        return
    if target.val is None:  # nothing to measure on
        for key in ('dataloader', 'cfg', 'evaluator'):
            cfg[f'{split}_{key}'] = None
        return
    measured = with_pipeline(target.val, cfg.get('test_pipeline'))
    measured = _place(measured, loader.get('dataset'))
    # A copy: configs say `test_dataloader = val_dataloader`.
    cfg[f'{split}_dataloader'] = {**loader, 'dataset': measured}
    if isinstance(evaluator, dict):
        cfg[f'{split}_evaluator'] = merged(target.evaluator, evaluator)


def check_domains(cfg: Config) -> tuple[str, ...] | None:
    """Names of the classes of the data that a config trains and is tested on.

    Returns:
        None if it names no data set, or one that does not name its classes.

    Raises:
        ValueError: If the data sets do not have the same classes.
    """
    dataset = cfg.train_dataloader.dataset
    found = dict(
        zip(source_domains(len(members_of(dataset))), members_of(dataset), strict=True)
    )
    if dataset.get('target') is not None:
        found['target'] = dataset.target
    for split in ('val', 'test'):
        if (loader := cfg.get(f'{split}_dataloader')) is not None:
            found[split] = loader.dataset
    classes = {name: classes_of(d) for name, d in found.items() if is_complete(d)}
    if not classes:
        return None
    first, expected = next(iter(classes.items()))
    for name, names in classes.items():
        if names != expected:
            raise ValueError(
                f'classes of {name} are {names}, those of {first} are {expected}: they '
                'must be the same'
            )
    return expected
