"""The data by which a model is judged without target labels.

Target images come without labels, labelled source images from what the source holds
out.
"""

from copy import deepcopy
from dataclasses import dataclass

from mmengine.config import Config, ConfigDict
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from torch import nn

from mmuda.evaluation.collecting import NUM_IMAGES, collect
from mmuda.evaluation.tile_samples import TileSamples
from mmuda.jobs.data_sets import members_of, with_pipeline, without_labels
from mmuda.jobs.demo import use_stand_ins
from mmuda.jobs.domains import name_domains, target_images, trains_on_target
from mmuda.jobs.pairing.images import RANDOM_STEPS
from mmuda.jobs.translation.loading import is_translator


@dataclass(frozen=True)
class Evidence:
    """Data sets of one adaptation.

    Args:
        source: Labelled images of the source.
        target: Images of the target, without labels.
        held_out: Whether the source images are not those that models are trained on.
    """

    source: list[BaseDataset]
    target: list[BaseDataset]
    held_out: bool

    @classmethod
    def of(cls, cfg: Config) -> 'Evidence':
        """From a config that was loaded.

        Raises:
            ValueError: If it names no target, learns from its labels, or is not about a
                segmentor.
        """
        init_default_scope(cfg.get('default_scope', 'mmseg'))
        if is_translator(cfg):
            raise ValueError(
                f'{cfg.filename} trains a {cfg.model.type}, expected a segmentor'
            )
        if trains_on_target(cfg):
            raise ValueError(
                f'{cfg.filename} learns from target labels, an oracle: it has no '
                'source to compare with'
            )
        target = target_images(cfg)
        if target is None:
            raise ValueError(f'{cfg.filename} names no `target` to look at')
        if cfg.train_dataloader.dataset.get('target') is None:
            target = _on_disk(cfg, [target])[0]
        source = _held_out(cfg)
        if not source:
            print_log(
                'the source holds no images out: those that models are trained on '
                'stand in, which makes models look surer than they are',
                'current',
            )
        members = source or members_of(cfg.train_dataloader.dataset)
        return cls(
            [_build(member) for member in members],
            [_build(without_labels(target))],
            bool(source),
        )

    def of_model(
        self, model: nn.Module, num_images: int = NUM_IMAGES, **what: bool
    ) -> tuple[TileSamples, TileSamples]:
        """What a model says of source and target.

        Args:
            model: A segmentor or an adaptor.
            num_images: Of each domain, at most.
            **what: ``inner`` and ``views`` of :func:`~mmuda.evaluation.collecting
                .collect`; views are those of the target.
        """
        inner = what.get('inner', False)
        return (
            self.of_source(model, num_images, inner=inner),
            self.of_target(model, num_images, **what),
        )

    def of_source(
        self, model: nn.Module, num_images: int = NUM_IMAGES, **what: bool
    ) -> TileSamples:
        """The first half of :meth:`of_model`."""
        return collect(model, self.source, 'source', num_images, **what)

    def of_target(
        self, model: nn.Module, num_images: int = NUM_IMAGES, **what: bool
    ) -> TileSamples:
        """The second half."""
        return collect(model, self.target, 'target', num_images, **what)


def _held_out(cfg: Config) -> list[ConfigDict]:
    """Labelled test images of the sources; empty if one has none."""
    domains = name_domains(deepcopy(cfg), None, None)
    if domains is None:
        return []
    if cfg.get('cut_down') == 'demo':
        domains = domains.stood_in_for()
    if any(source.val is None for source in domains.sources):
        return []
    pipeline = cfg.get('train_pipeline')
    return _on_disk(cfg, [with_pipeline(s.val, pipeline) for s in domains.sources])


def _on_disk(cfg: Config, datasets: list[dict]) -> list[ConfigDict]:
    """Data sets that read the stand-ins if the config does."""
    placed = Config(dict(pairing=dict(data_sets=datasets)))
    if cfg.get('cut_down') == 'demo':
        use_stand_ins(placed)
    return placed.pairing.data_sets


def _build(dataset: dict) -> BaseDataset:
    steps = [s for s in dataset.pipeline if not str(s['type']).startswith(RANDOM_STEPS)]
    return DATASETS.build({**dataset, 'pipeline': steps})
