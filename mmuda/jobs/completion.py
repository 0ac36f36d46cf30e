"""What every config would repeat: filled in where a config does not say it."""

from collections.abc import Sequence
from copy import deepcopy

from mmengine.config import Config, ConfigDict
from mmseg.registry import MODELS

from mmuda.jobs.inheritance import merged
from mmuda.jobs.nodes import dicts
from mmuda.models.adaptor import DomainAdaptor
from mmuda.models.phased import PhasedModel

EACH, ALL = 'for_each_source', 'for_all_sources'
HEADS = ('decode_head', 'auxiliary_head')
# The hooks that mmengine's runner has if a config says nothing.
OF_MMENGINE = (
    *('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler'),
    'checkpoint',
)


def repeat_for_sources(cfg: Config, domains: Sequence[str]) -> None:
    """Write out what a config says once for each of its sources.

    ``for_each_source`` is merged into the config once for every source, in order, with
    ``{source}`` in its keys and texts replaced by the domain of the source and ``{n}``
    by its number from 1; ``for_all_sources`` once after that, with the text
    ``'{sources}'`` replaced by the list of domains. ``groups_per_batch`` says how many
    groups of the ``MultiSourceSampler`` a mini-batch has.

    Args:
        cfg: The config.
        domains: Those of the sources, such as ``['source_0', 'source_1']``.
    """
    each, every = cfg.pop(EACH, None), cfg.pop(ALL, None)
    for number, domain in enumerate(domains, start=1):
        words = {'{source}': domain, '{n}': str(number)}
        _merge(cfg, _written_out(each or {}, words, domains))
    _merge(cfg, _written_out(every or {}, {}, domains))
    groups = cfg.pop('groups_per_batch', None)
    if groups is not None:
        sampler = cfg.train_dataloader.sampler
        cfg.train_dataloader.batch_size = groups * _group_size(sampler, len(domains))


def _merge(cfg: Config, over: dict) -> None:
    for key, value in over.items():
        cfg[key] = merged(cfg.get(key), value)


def _written_out(node: object, words: dict[str, str], domains: Sequence[str]) -> object:
    if isinstance(node, dict):
        return {
            _written_out(k, words, domains): _written_out(v, words, domains)
            for k, v in node.items()
        }
    if isinstance(node, (list, tuple)):
        return [_written_out(item, words, domains) for item in node]
    if node == '{sources}':
        return list(domains)
    if isinstance(node, str):
        for word, value in words.items():
            node = node.replace(word, value)
    return node


def _group_size(sampler: dict, num_sources: int) -> int:
    """Images that :class:`MultiSourceSampler` takes at a time."""
    shares = sampler.get('shares', 'balanced')
    if shares == 'proportional':
        raise ValueError(
            "groups_per_batch can not be told for shares='proportional', whose groups "
            'are as large as the data make them: give train_dataloader.batch_size'
        )
    of_sources = num_sources if shares == 'balanced' else sum(shares)
    of_target = sampler.get('target_share')
    return of_sources + (of_sources if of_target is None else of_target)


def import_mmuda(cfg: Config) -> None:
    """Have a written config import mmuda: MMSeg's own tools then know its types."""
    imports = cfg.get('custom_imports') or dict(imports=[])
    named = imports['imports']
    named = [named] if isinstance(named, str) else list(named)
    cfg.custom_imports = dict(imports, imports=list(dict.fromkeys([*named, 'mmuda'])))


def leave_out_hooks(cfg: Config) -> None:
    """Let ``default_hooks.<name>=None`` leave a hook out, whoever brought it.

    mmengine takes None for the hooks that it has by itself, and for no others.
    """
    for name, hook in list((cfg.get('default_hooks') or {}).items()):
        if hook is None and name not in OF_MMENGINE:
            del cfg.default_hooks[name]


def complete_model(cfg: Config) -> None:
    """Put the segmentor into its adaptor, and name what a phased model needs.

    ``adaptor`` of a config, that of its method, adapts the MMSeg segmentor in
    ``model``. Images are normalised as the segmentor says, in each domain.

    Raises:
        ValueError: If the type of the model is not registered.
    """
    adaptor = cfg.pop('adaptor', None)
    if adaptor is not None:
        adaptor.setdefault('type', 'DomainAdaptor')
        cfg.model = ConfigDict(segmentor=cfg.model, **adaptor)
    in_one_process(cfg)
    kind = MODELS.get(cfg.model.type)
    if kind is None:
        raise ValueError(
            f'model type {cfg.model.type} is not registered: name its module in '
            '`custom_imports`'
        )
    if not isinstance(kind, type) or not issubclass(kind, PhasedModel):
        return
    if issubclass(kind, DomainAdaptor):
        _complete_preprocessor(cfg.model)
    cfg.setdefault('model_wrapper_cfg', dict(type='PhasedDistributedDataParallel'))
    cfg.optim_wrapper.setdefault('constructor', 'PhasedOptimWrapperConstructor')


def in_one_process(cfg: Config) -> None:
    """Turn batch normalisation over processes, of MMSeg's base files, into plain one.

    SyncBN does not run without a GPU. Distributed runs on GPUs make it again, by
    mmengine's ``sync_bn``.
    """
    found = [node for node in dicts(cfg.model) if node.get('type') == 'SyncBN']
    for node in found:
        node.type = 'BN'
    if found:
        cfg.setdefault('sync_bn', 'torch')


def _complete_preprocessor(model: ConfigDict) -> None:
    given = model.get('data_preprocessor') or {}
    if 'type' not in given:
        own = deepcopy(model.segmentor.get('data_preprocessor') or {})
        own['type'] = 'DomainDataPreprocessor'
        model.data_preprocessor = merged(own, given)


def fill_classes(
    cfg: Config,
    classes: Sequence[str] | None,
    known: dict[str, Sequence[int] | None] | None = None,
) -> None:
    """Give every head that does not know it the number of classes of the data.

    Args:
        cfg: The config.
        classes: Names of the classes; None if the data do not say.
        known: By domain the ids of the classes that occur in a source, None for all.
            A branch of a ``BranchedHead`` that learns from some of the sources tells
            theirs apart.

    Raises:
        ValueError: If a head tells another number of classes apart, or none is known.
    """
    segmentor = cfg.model.get('segmentor', cfg.model)
    for name in HEADS:
        for head in dicts(segmentor.get(name)):
            if 'num_classes' not in head:
                continue
            if head.num_classes is None and classes is None:
                raise ValueError(
                    f'{name}.num_classes is None, and the data set names no classes: '
                    'say them in its metainfo'
                )
            if head.num_classes is None:
                head.num_classes = len(classes)
            if 'branches' in head:
                _fill_branches(head, known or {})
        head = segmentor.get(name)
        if classes is not None and isinstance(head, dict):
            _check_number(name, head, cfg, classes)


def _fill_branches(head: ConfigDict, known: dict) -> None:
    for branch in head.branches.values():
        sources = branch.get('sources') or ()
        ids = [known.get(domain) for domain in sources]
        if len(sources) < len(known) and ids and None not in ids:
            branch.setdefault('classes', sorted({i for some in ids for i in some}))


def _check_number(name: str, head: dict, cfg: Config, classes: Sequence[str]) -> None:
    number = head.get('num_classes')
    if number is not None and number != len(classes):
        source = cfg.train_dataloader.dataset.source
        source = source[0] if isinstance(source, (list, tuple)) else source
        raise ValueError(
            f'{name}.num_classes is {number}, expected {len(classes)}, the classes of '
            f'{source.type}: {tuple(classes)}'
        )
