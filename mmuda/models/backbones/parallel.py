"""Several backbones on the same images, for networks that share nothing."""

from mmengine.model import BaseModule, ModuleList
from mmseg.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class ParallelBackbones(BaseModule):
    """Backbones of one kind and weights of their own, side by side.

    With the heads of each reading its own features (``in_index``) they are networks
    that share nothing but the images, trained in one run and merged where their heads
    are: S-All beside the branches of Russo et al. 2019, Sect. 3.

    Args:
        backbone: Config of each.
        number: How many there are.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self, backbone: dict, number: int = 2, init_cfg: dict | None = None
    ) -> None:
        super().__init__(init_cfg)
        self.backbones = ModuleList(MODELS.build(backbone) for _ in range(number))

    def forward(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Features of the first backbone, then those of the others, one after another.

        Args:
            inputs: Images, shape (N, bands, H, W).
        """
        return tuple(f for backbone in self.backbones for f in backbone(inputs))
