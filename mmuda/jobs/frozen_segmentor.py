"""Training a translator under the eyes of a segmentor."""

from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.files import sha256_of
from mmuda.jobs.config import load_config, loading_of
from mmuda.jobs.trained_model import load_model
from mmuda.models.frozen_segmentor import FrozenSegmentor
from mmuda.models.translators.base import as_translator

FROZEN_KEY = 'mmuda_frozen_segmentor'


def has_guidance(cfg: Config) -> bool:
    """Whether a config trains a translator with losses that a segmentor gives."""
    return cfg.model.get('guidance') is not None


@HOOKS.register_module()
class FrozenSegmentorHook(Hook):
    """Gives the guidance of a translator its segmentor.

    ``frozen_segmentor = '<config>'`` in the config of a translator puts it in. The
    segmentor is not in the translator's checkpoints: they say which one it was, and a
    run does not go on with another.

    Args:
        config: Config of the segmentor.
        checkpoint: Its checkpoint.
        **loaded: What else :func:`~mmuda.jobs.config.load_config` is to know.
    """

    def __init__(self, config: str, checkpoint: str, **loaded: object) -> None:
        self._config, self._loaded = config, loaded
        self._checkpoint = Path(checkpoint)

    def before_train(self, runner: Runner) -> None:
        """Load the segmentor, to where the translator is."""
        translator = as_translator(runner.model)
        cfg = load_config(self._config, **self._loaded)
        model = load_model(cfg, self._checkpoint)
        model.to(next(translator.parameters()).device)
        translator.guidance.use(FrozenSegmentor(model))

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put down who guided it."""
        del runner
        checkpoint[FROZEN_KEY] = sha256_of(self._checkpoint)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Refuse to resume under another segmentor.

        Raises:
            ValueError: If it is not that of the checkpoint.
        """
        found, mine = checkpoint.get(FROZEN_KEY), sha256_of(self._checkpoint)
        if runner._resume and found not in (None, mine):
            raise ValueError(
                f'the translator was guided by a segmentor of sha256 {found}, '
                f'{self._checkpoint} has {mine}: train it anew, in another work folder'
            )


def with_segmentor(cfg: Config, segmentor: Config, checkpoint: Path) -> None:
    """Let a translator be guided by this segmentor, and by no other."""
    kind = FrozenSegmentorHook.__name__
    others = [h for h in cfg.get('custom_hooks') or [] if h.type != kind]
    hook = ConfigDict(
        type=kind,
        config=str(Path(segmentor.filename).resolve()),
        checkpoint=str(checkpoint),
        **loading_of(segmentor),
    )
    cfg.custom_hooks = [*others, hook]
