"""Training on source images in the style of the target."""

from pathlib import Path

import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor, nn

from mmuda.files import sha256_of
from mmuda.jobs.config import load_config
from mmuda.jobs.translation.loading import load_translator
from mmuda.jobs.translation.writing import to_dtype

TRANSLATION_KEY = 'mmuda_translation'


@HOOKS.register_module()
class TranslationHook(Hook):
    """Trains on translated source images; labels stay as they are.

    ``translator = '<config>'`` in a training config puts it in.
    ``offline``: ``tools/train.py`` translates the source's training images once, into
    a cache with a manifest, and the dataset reads them from there. ``online``: the
    images of a mini-batch are translated on the device, after they were loaded and
    augmented, before the model's preprocessor sees them; this works with any model.
    A translator that is not trained yet is trained first.

    Which images are translated is picked anew each time: offline from the random
    numbers of the sample's place in the stream, online from PyTorch's, which
    ``ReproducibleHook`` seeds by iteration. Either way a resumed run picks the same.

    Args:
        translator: ``config`` of the translator, relative to the file that names it,
            and ``checkpoint``: by default the last one of its run with the same seed.
            ``tools/train.py`` adds what else :func:`~mmuda.jobs.config.load_config`
            is to know.
        mode: ``offline`` or ``online``.
        share: Probability that a source image is translated, in [0, 1].
        source: Domain that the images are of, as the translator calls it.
        target: Domain that they are to look like.

    Raises:
        ValueError: If ``mode`` or ``share`` is not one of these.
    """

    # After the seeding of the iteration, before anything that looks at the batch.
    priority = 'HIGH'

    def __init__(
        self,
        translator: dict,
        mode: str = 'offline',
        share: float = 1.0,
        source: str = 'source',
        target: str = 'target',
    ) -> None:
        if mode not in ('offline', 'online'):
            raise ValueError(f"mode must be 'offline' or 'online', got {mode!r}")
        if not 0 <= share <= 1:
            raise ValueError(f'share must be in [0, 1], got {share}')
        self.translator_cfg = dict(translator)
        self.mode = mode
        self.share = share
        self.route = source, target
        self.translator: nn.Module | None = None

    @property
    def _identity(self) -> dict:
        return {
            'checkpoint_sha256': sha256_of(self.translator_cfg['checkpoint']),
            'mode': self.mode,
            'share': self.share,
            'route': list(self.route),
        }

    def before_train(self, runner: Runner) -> None:
        """Load the translator, or see that translated images will be read.

        Raises:
            ValueError: If the run was not prepared by ``tools/train.py``.
        """
        checkpoint = self.translator_cfg.get('checkpoint')
        if checkpoint is None or not Path(checkpoint).is_file():
            raise ValueError(
                f'TranslationHook has no translator checkpoint ({checkpoint}): start '
                'the run with tools/train.py, which makes it'
            )
        if self.mode == 'online':
            known = dict(self.translator_cfg)
            checkpoint = known.pop('checkpoint')
            self.use(
                load_translator(load_config(known.pop('config'), **known), checkpoint)
            )
        elif 'TranslatedImage(' not in _source_pipelines(runner):
            raise ValueError(
                'the source pipeline reads no translated images: start the run with '
                'tools/train.py, which makes them'
            )

    def use(self, translator: nn.Module) -> None:
        """Translate by this model, which must not be trained any more."""
        self.translator = translator.eval().requires_grad_(False)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put down what the run was trained on."""
        del runner
        checkpoint[TRANSLATION_KEY] = self._identity

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Refuse to resume on other images.

        Raises:
            ValueError: If translator or settings are not those of the checkpoint.
        """
        found = checkpoint.get(TRANSLATION_KEY)
        if runner._resume and found not in (None, self._identity):
            raise ValueError(
                f'the checkpoint was trained on images translated by {found}, this run '
                f'has {self._identity}: train it anew, in another work folder'
            )

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Replace the source images of the mini-batch, if online."""
        del batch_idx
        if self.mode == 'online':
            model = runner.model
            model = model.module if is_model_wrapper(model) else model
            device = next(model.parameters()).device
            self.translator.to(device)
            self.replace(data_batch, device)

    def replace(self, batch: dict, device: torch.device | str = 'cpu') -> None:
        """Replace the share of source images in a collated mini-batch."""
        samples = batch['data_samples']
        source = [
            index
            for index, sample in enumerate(samples)
            if sample.metainfo.get('domain', 'source').startswith('source')
        ]
        picked = torch.rand(len(source)) < self.share
        groups: dict[tuple, list[int]] = {}
        for index, chosen in zip(source, picked.tolist(), strict=True):
            if chosen:
                size = tuple(batch['inputs'][index].shape)
                groups.setdefault(size, []).append(index)
        inputs = list(batch['inputs'])
        for group in groups.values():
            images = torch.stack([inputs[index].to(device) for index in group])
            masks = [_valid(samples[index], images) for index in group]
            translated = self._translate(images, torch.stack(masks))
            for index, image in zip(group, translated, strict=True):
                inputs[index] = image
        batch['inputs'] = inputs

    def _translate(self, images: Tensor, valid: Tensor) -> Tensor:
        """Images of one size as they were loaded, in type and range as before."""
        known = None if valid.all() else valid
        outputs = self.translator.translate(images.float(), *self.route, known)
        outputs = torch.where(valid, outputs, images.float())
        if images.dtype == torch.uint8:  # as if it had been read from a file
            outputs = to_dtype(outputs, 'uint8')
        return outputs.to(images.dtype)


def _valid(sample: object, like: Tensor) -> Tensor:
    """Mask of valid pixels of one image, shape (1, H, W)."""
    if 'invalid' in sample:
        return ~sample.invalid.data.to(like.device)
    return torch.ones((1, *like.shape[2:]), dtype=torch.bool, device=like.device)


def _source_pipelines(runner: Runner) -> str:
    dataset = runner.train_dataloader.dataset
    members = getattr(dataset, 'datasets', [dataset])
    return ''.join(str(member.pipeline) for member in members)
