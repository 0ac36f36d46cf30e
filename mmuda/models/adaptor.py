"""The model of every adaptation method: a segmentor and its objectives."""

from collections.abc import Sequence

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import DomainBatch, Domains
from mmuda.models.phased import Losses, PhasedModel
from mmuda.models.taps import check_taps


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
        pretrained: Set to None by MMSeg's ``init_model``; handed to the segmentor.
        train_cfg: Likewise.
        test_cfg: Likewise, where the segmentor has none of its own.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If an objective taps a layer that the segmentor lacks.
    """

    def __init__(
        self,
        segmentor: dict,
        objectives: dict[str, dict],
        phases: Sequence[dict],
        data_preprocessor: dict | None = None,
        pretrained: str | None = None,
        train_cfg: dict | None = None,
        test_cfg: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phases, data_preprocessor, init_cfg)
        given = dict(pretrained=pretrained, train_cfg=train_cfg, test_cfg=test_cfg)
        segmentor = {**{k: v for k, v in given.items() if v is not None}, **segmentor}
        # The preprocessor works before the domains are told apart: it is ours.
        segmentor.pop('data_preprocessor', None)
        self.segmentor = MODELS.build(segmentor)
        self.objectives = nn.ModuleDict(
            {name: MODELS.build(cfg) for name, cfg in objectives.items()}
        )
        for objective in self.objectives.values():
            check_taps(self.segmentor, objective.taps)

    def phase_losses(self, phase: str, batch: dict[str, DomainBatch]) -> Losses:
        """What all objectives add in ``phase``, as ``<objective>.<loss>``."""
        domains = Domains(batch, self)
        return {
            f'{name}.{key}': value
            for name, objective in self.objectives.items()
            for key, value in objective.loss(phase, domains).items()
        }

    def infer(self, inputs: Tensor, data_samples: list | None, mode: str) -> object:
        """What the segmentor says."""
        return self.segmentor(inputs, data_samples, mode=mode)

    @property
    def taps(self) -> tuple[str, ...]:
        """Submodules of the segmentor that objectives read."""
        taps = (tap for objective in self.objectives.values() for tap in objective.taps)
        return tuple(dict.fromkeys(taps))

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

    def _load_from_state_dict(
        self, state_dict: dict, prefix: str, *args: object
    ) -> None:
        """Accept a plain segmentor's checkpoint as well as the adaptor's own."""
        ours = tuple(f'{prefix}{name}.' for name in self._modules)
        plain = tuple(f'{prefix}{name}.' for name in self.segmentor._modules)
        if not any(key.startswith(ours) for key in state_dict):
            for key in [key for key in state_dict if key.startswith(plain)]:
                inner = key[len(prefix) :]
                state_dict[f'{prefix}segmentor.{inner}'] = state_dict.pop(key)
        super()._load_from_state_dict(state_dict, prefix, *args)
