"""The model of every adaptation method: a segmentor and its objectives."""

from collections.abc import Collection, Sequence

import torch
from mmengine.model import ModuleDict
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import TARGET, DomainBatch, Domains
from mmuda.models.normalisation import (
    COUNT,
    ROLES,
    STATISTICS,
    DomainStatistics,
    blend_checkpoint,
)
from mmuda.models.passes import Passes
from mmuda.models.phased import Losses, PhasedModel


@MODELS.register_module()
class DomainAdaptor(PhasedModel):
    """Adapt an MMSeg segmentor from source domains to an unlabelled target.

    Each phase of an iteration sums what the objectives have to say in it. Outside
    training the adaptor is its segmentor, and nothing else: it predicts, is tested,
    augmented and exported like any MMSeg model.

    Args:
        segmentor: Config of any MMSeg segmentor, without a data preprocessor.
        objectives: Configs of :class:`~mmuda.models.objectives.Objective` by name.
            The name is the prefix of their losses in the log, and the path of
            their modules in ``phases`` (``'objectives.<name>.discriminator'``).
        phases: See :class:`~mmuda.models.phased.PhasedModel`.
        data_preprocessor: Usually a ``DomainDataPreprocessor``.
        statistics: Settings of
            :class:`~mmuda.models.normalisation.DomainStatistics`: ``alpha``, by
            default 1, what batch normalisation takes from the target outside training.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
        **given: What MMSeg's ``init_model`` sets in any model (``pretrained``,
            ``train_cfg``): the segmentor's, where it has none of its own.

    Raises:
        ValueError: If an objective taps a layer that the segmentor lacks, has losses
            in a phase that there is not or needs a domain that nobody makes; if nobody
            has losses in a phase, or if no phase updates what an objective has to
            learn.
    """

    def __init__(
        self,
        segmentor: dict,
        objectives: dict[str, dict],
        phases: Sequence[dict],
        data_preprocessor: dict | None = None,
        statistics: dict | None = None,
        init_cfg: dict | None = None,
        **given: object,
    ) -> None:
        super().__init__(phases, data_preprocessor, init_cfg)
        segmentor = {**{k: v for k, v in given.items() if v is not None}, **segmentor}
        # The preprocessor works before the domains are told apart: it is ours.
        segmentor.pop('data_preprocessor', None)
        self.segmentor = MODELS.build(segmentor)
        self.objectives = ModuleDict(
            {name: MODELS.build(cfg) for name, cfg in objectives.items()}
        )
        for objective in self.objectives.values():
            objective.attach(self.segmentor)
        self.statistics = DomainStatistics(self.segmentor, **(statistics or {}))
        self._check_phases()
        self._check_learners()
        self._order = self._ordered()
        self._reads: dict[tuple[str, ...], frozenset[nn.Parameter]] = {}

    def _check_phases(self) -> None:
        known = [phase.name for phase in self.phases]
        for name, objective in self.objectives.items():
            unknown = [phase for phase in objective.phases if phase not in known]
            if unknown:
                raise ValueError(
                    f'objective {name!r} ({type(objective).__name__}) has losses in '
                    f'phase {unknown[0]!r}, the model has the phases {known}'
                )
        for phase in known:
            if not any(phase in o.phases for o in self.objectives.values()):
                raise ValueError(f'no objective has a loss in phase {phase!r}')

    def _check_learners(self) -> None:
        updated = set().union(*self.resolve_updates().values())
        for name, parameter in self.objectives.named_parameters():
            if parameter.requires_grad and parameter not in updated:
                owner = name.rsplit('.', 1)[0]
                raise ValueError(
                    f'no phase updates objectives.{owner}, which would stay random: '
                    'name it, or a module that it is part of, in `updates` of a phase'
                )

    def _ordered(self) -> list[str]:
        """Names of the objectives in an order that does not depend on the config's.

        Those that supervise come first: their passes serve the others. Whoever makes a
        domain comes before those that need it.
        """
        waiting = sorted(
            self.objectives, key=lambda name: not self.objectives[name].supervises
        )
        made: set[str] = set()
        order: list[str] = []
        while waiting:
            ready = [n for n in waiting if made.issuperset(self.objectives[n].needs)]
            if not ready:
                objective = self.objectives[waiting[0]]
                lacking = sorted(set(objective.needs) - made)
                raise ValueError(
                    f'objective {waiting[0]!r} ({type(objective).__name__}) needs the '
                    f'domain {lacking[0]!r}, which no objective makes'
                )
            order.append(ready[0])
            made.update(self.objectives[ready[0]].makes)
            waiting.remove(ready[0])
        return order

    def begin_iteration(self, batch: dict[str, DomainBatch]) -> Domains:
        """The domains of a mini-batch, with the passes of the iteration that begins."""
        passes = Passes(
            self.segmentor,
            self.statistics,
            self.requires_grad_of,
            self._taps_of,
            self._reads,
        )
        return Domains(batch, passes, self.data_preprocessor)

    def _taps_of(self, phases: Collection[str] | None) -> tuple[str, ...]:
        """Submodules of the segmentor that are read in some phases, or in any."""
        return tuple(
            dict.fromkeys(
                tap
                for objective in self.objectives.values()
                if phases is None or not set(phases).isdisjoint(objective.phases)
                for tap in objective.taps
            )
        )

    def phase_losses(self, phase: str, batch: Domains) -> Losses:
        """What all objectives add in ``phase``, as ``<objective>.<loss>``."""
        batch.begin(phase)
        losses = {name: {} for name in self.objectives}
        for name in self._order:
            losses[name] = self.objectives[name].loss(phase, batch)
        if phase == self.phases[-1].name:
            batch.observe(TARGET)
        return {
            f'{name}.{key}': value
            for name, found in losses.items()
            for key, value in found.items()
        }

    def finish_phase(self, phase: str, batch: Domains, stepped: bool) -> None:
        """Let passes and objectives know that a phase is over.

        Args:
            phase: Its name.
            batch: The domains.
            stepped: Whether its optimizer has changed the weights.
        """
        batch.finish(self.learnable(phase) if stepped else ())
        if stepped:
            for objective in self.objectives.values():
                objective.after_step(phase)

    def infer(self, inputs: Tensor, data_samples: list | None, mode: str) -> object:
        """What the segmentor says."""
        return self.segmentor(inputs, data_samples, mode=mode)

    @torch.no_grad()
    def panels(self, batch: dict[str, DomainBatch]) -> dict[str, Tensor]:
        """Pictures that objectives make of a mini-batch, as the model is tested.

        Args:
            batch: What the preprocessor returns in training.

        Returns:
            Images in the units of files, (N, bands, H, W), by name; see
            :class:`~mmuda.engine.hooks.TranslationGridHook`.
        """
        training = self.training
        self.eval()
        domains = self.begin_iteration(batch)
        found: dict[str, Tensor] = {}
        for objective in self.objectives.values():
            found.update(objective.panels(domains))
        self.train(training)
        return found

    def train(self, mode: bool = True) -> 'DomainAdaptor':
        """Outside training, with the batch statistics that the config declares."""
        super().train(mode)
        if hasattr(self, 'statistics'):
            self.statistics.look_up()
            if not mode:
                self.statistics.blend()
        return self

    # What MMSeg's inferencers and test-time augmentation read from a model.
    @property
    def decode_head(self) -> nn.Module:
        """The segmentor's main head."""
        return self.segmentor.decode_head

    @property
    def out_channels(self) -> int:
        """Channels of the logits."""
        return self.segmentor.out_channels

    @property
    def align_corners(self) -> bool:
        """How logits are resized to the image."""
        return self.segmentor.align_corners

    def _save_to_state_dict(self, *args: object, **kwargs: object) -> None:
        """A checkpoint holds the segmentor as it is tested."""
        self.statistics.blend()
        super()._save_to_state_dict(*args, **kwargs)

    def _load_from_state_dict(
        self, state_dict: dict, prefix: str, *args: object
    ) -> None:
        """Accept a plain segmentor's checkpoint as well as the adaptor's own."""
        plain = tuple(f'{prefix}{name}.' for name in self.segmentor._modules)
        if not any(key.startswith(f'{prefix}segmentor.') for key in state_dict):
            for key in [key for key in state_dict if key.startswith(plain)]:
                inner = key[len(prefix) :]
                state_dict[f'{prefix}segmentor.{inner}'] = state_dict.pop(key)
            self._begin_statistics(state_dict, prefix)
        super()._load_from_state_dict(state_dict, prefix, *args)

    def _begin_statistics(self, state_dict: dict, prefix: str) -> None:
        """A plain segmentor's batch statistics are those of what it was trained on.

        The target begins with them, as one that has never passed.
        """
        for path in self.statistics.layers:
            for name in STATISTICS:
                value = state_dict.get(f'{prefix}segmentor.{path}.{name}')
                if value is not None:
                    for role in ROLES:
                        key = f'{prefix}statistics.{role}.{path}.{name}'
                        unseen = role != 'source' and name == COUNT
                        known = torch.zeros_like(value) if unseen else value
                        state_dict.setdefault(key, known)


def set_alpha(model: nn.Module, weights: dict[str, Tensor], alpha: float) -> None:
    """Let a model predict with other batch statistics than it declares.

    Args:
        model: An adaptor, or a segmentor.
        weights: By name, that are to be loaded into it; changed in place.
        alpha: Weight of the target.

    Raises:
        ValueError: See :func:`~mmuda.models.normalisation.blend_checkpoint`.
    """
    adapted = isinstance(model, DomainAdaptor)
    blend_checkpoint(weights, alpha, 'segmentor.' if adapted else '')
    if adapted:
        model.statistics.alpha = alpha
