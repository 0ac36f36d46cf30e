"""The trained segmentor that guides a translator."""

from mmengine.config import Config

from mmuda.jobs.bands import expected_bands
from mmuda.jobs.frozen_segmentor import has_guidance, with_segmentor
from mmuda.jobs.prerequisites.base import load_needed
from mmuda.jobs.prerequisites.trained_run import TrainedRun
from mmuda.jobs.translation.loading import is_translator


class GuidingSegmentor(TrainedRun):
    """The last checkpoint of the config that ``frozen_segmentor`` names.

    Args:
        cfg: Config of a translator with guidance.

    Raises:
        ValueError: If it names none.
    """

    role = 'the segmentor that guides the translator'

    def __init__(self, cfg: Config) -> None:
        if cfg.get('frozen_segmentor') is None:
            raise ValueError(
                f'{cfg.filename} has a guidance, but no segmentor for it: name its '
                'config by `frozen_segmentor`'
            )
        super().__init__(load_needed(cfg, cfg.frozen_segmentor, 'frozen_segmentor'))
        self._cfg = cfg

    def check(self) -> None:
        """Refuse what can guide nobody, or the checkpoint of another training.

        Raises:
            ValueError: If it is no segmentor, sees other bands, or nobody asks it.
        """
        if is_translator(self.run):
            raise ValueError(
                f'frozen_segmentor of {self._cfg.filename} is {self.run.filename}, '
                f'which trains a {self.run.model.type}, no segmentor'
            )
        if not has_guidance(self._cfg):
            raise ValueError(
                f'{self._cfg.filename} has a frozen_segmentor, but its '
                f'{self._cfg.model.type} has no guidance, which would ask it'
            )
        found = {*expected_bands(self.run, 'target').values()}
        made = {*expected_bands(self._cfg, 'target').values()}
        if found and made and found.isdisjoint(made):
            raise ValueError(
                f'frozen_segmentor of {self._cfg.filename} takes {max(found)} bands, '
                f'the translator makes {max(made)}'
            )
        super().check()

    def use(self, cfg: Config) -> None:
        """Tell the hook, which is put into the config."""
        with_segmentor(cfg, self.run, self.checkpoint)
