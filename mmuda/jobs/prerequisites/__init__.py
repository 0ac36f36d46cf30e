"""What a run needs before it starts: found, made where it is missing, used."""

import time
from collections.abc import Sequence

from mmengine.config import Config

from mmuda.jobs.frozen_segmentor import has_guidance
from mmuda.jobs.prerequisites.base import Prerequisite
from mmuda.jobs.prerequisites.class_counts import (
    SourceClassCounts,
    samples_rare_classes,
)
from mmuda.jobs.prerequisites.demo_data import DemoData
from mmuda.jobs.prerequisites.frozen_segmentor import GuidingSegmentor
from mmuda.jobs.prerequisites.mapping_file import (
    MappingFile,
    ShuffledMapping,
    has_mapping,
)
from mmuda.jobs.prerequisites.pseudo_labels import (
    GivenLabels,
    LabellingModel,
    PseudoLabels,
)
from mmuda.jobs.prerequisites.source_model import SourceModel
from mmuda.jobs.prerequisites.target_shares import TargetShares
from mmuda.jobs.prerequisites.translation import TranslatedImages, TranslatorModel
from mmuda.jobs.processes import first_alone
from mmuda.jobs.translation.source import translation_hook

__all__ = [
    'DemoData',
    'GivenLabels',
    'GuidingSegmentor',
    'LabellingModel',
    'MappingFile',
    'Prerequisite',
    'PseudoLabels',
    'SourceClassCounts',
    'SourceModel',
    'TargetShares',
    'TranslatedImages',
    'TranslatorModel',
    'check_all',
    'data_of',
    'prerequisites_of',
    'provide',
]

LOOKS, SECONDS_BETWEEN_LOOKS = 5, 2


def data_of(cfg: Config) -> list[Prerequisite]:
    """The made-up data of a config that was loaded for ``--demo``."""
    return [DemoData(cfg)] if cfg.get('cut_down') == 'demo' else []


def prerequisites_of(cfg: Config) -> list[Prerequisite]:
    """What training by a config needs besides its data, in the order of making.

    Raises:
        FileNotFoundError: If a config that it names does not exist.
        ValueError: If what it names can not be loaded.
    """
    needed: list[Prerequisite] = []
    if cfg.get('target_shares') is not None:
        needed.append(TargetShares(cfg))
    mappings = _mappings(cfg)
    if cfg.get('warm_start') or any(mapping.needs_model for mapping in mappings):
        needed.append(SourceModel(cfg))
    needed += mappings
    if samples_rare_classes(cfg):
        needed.append(SourceClassCounts(cfg))
    if cfg.get('frozen_segmentor') is not None or has_guidance(cfg):
        needed.append(GuidingSegmentor(cfg))
    hook = translation_hook(cfg)
    if hook is not None:
        needed.append(TranslatorModel(cfg))
        if hook.get('mode', 'offline') == 'offline':
            needed.append(TranslatedImages(cfg, needed[-1]))
    labels = cfg.get('pseudo_labels')
    if labels is not None and labels.get('folder'):
        needed.append(GivenLabels(cfg))
    elif labels is not None:
        model = LabellingModel(cfg)
        needed += [model, PseudoLabels(cfg, model)]
    return needed


def _mappings(cfg: Config) -> list[MappingFile]:
    if not has_mapping(cfg):
        return []
    if cfg.pairing.strategy == 'shuffled_ground_truth':
        return [ShuffledMapping(cfg), MappingFile(cfg)]
    return [MappingFile(cfg)]


def check_all(cfg: Config) -> list[Prerequisite]:
    """Check what training by a config needs, and what that needs; nothing is made.

    Returns:
        What the config needs besides its data.

    Raises:
        FileNotFoundError: Of the first thing that is not as it should be, in one line.
        ValueError: Likewise.
    """
    needed = prerequisites_of(cfg)
    for prerequisite in needed:
        prerequisite.check()
        if prerequisite.run is not None and not prerequisite.is_there():
            check_all(prerequisite.run)
    return needed


def provide(needed: Sequence[Prerequisite], cfg: Config) -> None:
    """Make what is not there, and let a run use it.

    Of several processes the first makes, the others wait, and fail if it fails.

    Args:
        needed: In the order of making.
        cfg: The run's config, which is changed.

    Raises:
        ValueError: If one can not be made, or is not what the run needs.
    """
    for prerequisite in needed:
        first_alone(prerequisite.make_if_missing)
        _look_for(prerequisite)
        prerequisite.use(cfg)


def _look_for(prerequisite: Prerequisite) -> None:
    """See that it is there: other machines can be late in seeing a new file.

    Raises:
        ValueError: If it is not.
    """
    for _ in range(LOOKS):
        if prerequisite.is_there():
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise ValueError(
        f'{prerequisite.described} was made, but is not where it is looked for: see '
        'above where it went'
    )
