"""The segmentor of a run, as it predicts scenes."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmseg.models import EncoderDecoder
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.engine.amp import channels_last, mixed_precision
from mmuda.engine.checkpoint import load_checked, load_strictly
from mmuda.engine.hooks.image_format import IMAGES_KEY, OPENCV
from mmuda.jobs.config import load_config
from mmuda.jobs.devices import check_device
from mmuda.jobs.inheritance import find_config, read_config_file
from mmuda.models.adaptor import set_alpha
from mmuda.models.segmentors import BranchedEncoderDecoder
from mmuda.models.validity import fill_invalid

SMALLEST_PX = 256  # of a window that nobody asks to be smaller


@dataclass
class Predictor:
    """A segmentor that gives class probabilities of images of any size.

    Args:
        segmentor: Any of MMSeg, in eval mode.
        preprocessor: Normalises images of the domain that is predicted.
        classes: Their names.
        palette: Red, green and blue of each, from 0 to 255.
        images: What :class:`ImageFormatHook` put down of the domain; may be empty.
        config: What the model was built from.
        amp: Whether networks run in half precision.
        tta: Whether to take the mean over the eight rotations and reflections.
    """

    segmentor: nn.Module
    preprocessor: nn.Module
    classes: tuple[str, ...]
    palette: list[list[int]]
    images: dict
    config: Config
    amp: bool = False
    tta: bool = False

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return next(self.segmentor.parameters()).device

    @property
    def bands(self) -> int | None:
        """Number of bands it takes, None if nothing tells."""
        if self.images.get('bands'):
            return len(self.images['bands'])
        mean = getattr(_of_domain(self.preprocessor), 'mean', None)
        if mean is not None and mean.numel() > 1:
            return mean.numel()
        weights = self.segmentor.backbone.parameters()
        return next((int(w.shape[1]) for w in weights if w.dim() == 4), None)

    @property
    def normalisation(self) -> tuple[Tensor, Tensor, bool]:
        """Mean and deviation, (bands, 1, 1), and whether red and blue change places."""
        of = _of_domain(self.preprocessor)
        swaps = bool(getattr(of, 'channel_conversion', False)) and self.bands == 3
        if not getattr(of, '_enable_normalize', False):
            shape = (self.bands, 1, 1)
            return torch.zeros(shape), torch.ones(shape), swaps
        return of.mean.cpu(), of.std.cpu(), swaps

    @property
    def window_px(self) -> int:
        """Side of a window: what the model was trained on, at least 256."""
        return max(self.images.get('size_px') or 2 * SMALLEST_PX, SMALLEST_PX)

    @property
    def threshold(self) -> float | None:
        """Of the second class, where a single score tells two apart."""
        head = self.segmentor.decode_head
        head = head[-1] if isinstance(head, nn.ModuleList) else head
        return head.threshold if self.segmentor.out_channels == 1 else None

    @torch.no_grad()
    def probabilities(self, images: np.ndarray, valid: np.ndarray) -> np.ndarray:
        """Class probabilities of images of one size.

        Args:
            images: As stored in their files, shape (N, bands, H, W).
            valid: Bool, shape (N, H, W). Other pixels are shown to the network as the
                mean that it normalises with, as in training.

        Returns:
            Float32, shape (N, classes, H, W).
        """
        inputs = self.normalised(images, valid)
        with mixed_precision(self.device.type) if self.amp else nullcontext():
            found = self._augmented(inputs) if self.tta else self._forward(inputs)
        return found[..., : images.shape[2], : images.shape[3]].float().cpu().numpy()

    def normalised(self, images: np.ndarray, valid: np.ndarray) -> Tensor:
        """What the network is given, (N, bands, H, W) or padded below and right."""
        if images.dtype != np.uint8:
            images = images.astype(np.float32)
        batch = torch.from_numpy(images).to(self.device)
        inputs = self.preprocessor(dict(inputs=list(batch)), False)['inputs']
        if isinstance(inputs, (list, tuple)):
            inputs = torch.stack(list(inputs))
        if valid.all():
            return inputs
        below, right = (
            a - b for a, b in zip(inputs.shape[2:], valid.shape[1:], strict=True)
        )
        mask = F.pad(torch.from_numpy(valid)[:, None], (0, right, 0, below))
        return fill_invalid(inputs, mask.to(self.device))

    def _forward(self, inputs: Tensor) -> Tensor:
        """Class probabilities of normalised images, at their size."""
        size = tuple(inputs.shape[2:])
        shapes = dict(ori_shape=size, img_shape=size, pad_shape=size)
        metas = [dict(shapes, padding_size=[0] * 4) for _ in inputs]
        if isinstance(self.segmentor, BranchedEncoderDecoder):
            # Its own gives the branches apart, its head merges them.
            scores = EncoderDecoder.encode_decode(self.segmentor, inputs, metas)
        else:
            scores = self.segmentor.encode_decode(inputs, metas)
        if scores.shape[1] == 1:
            second = scores.float().sigmoid()
            return torch.cat([1 - second, second], 1)
        return scores.float().softmax(1)

    def _augmented(self, inputs: Tensor) -> Tensor:
        """The mean over the symmetries of the square (the dihedral group D4)."""
        total = 0
        for flip in (False, True):
            for quarter in range(4):
                seen = inputs.flip(3) if flip else inputs
                found = self._forward(torch.rot90(seen, quarter, (2, 3)))
                found = torch.rot90(found, -quarter, (2, 3))
                total = total + (found.flip(3) if flip else found)
        return total / 8


def load_predictor(
    config: str | Path,
    checkpoint: str | Path,
    *,
    alpha: float | None = None,
    amp: bool = False,
    tta: bool = False,
    device: str | None = None,
) -> Predictor:
    """The segmentor of a config with the weights of a checkpoint.

    Args:
        config: The config that it was trained by, that of the finished run (in its work
            folder), or a plain one of MMSeg.
        checkpoint: Of the run. No data set is looked at.
        alpha: Batch statistics between source (0) and target (1) in place of those that
            were declared in training.
        amp: See :class:`Predictor`.
        tta: Likewise.
        device: By default the GPU, if there is one.

    Raises:
        ValueError: If the model is no segmentor, the checkpoint another model's, or
            there is no such device.
    """
    if device is not None:
        check_device(device)
    cfg = finished_config(config)
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    content = load_checked(str(checkpoint), map_location='cpu')
    model = MODELS.build(_without_pretrained(cfg))
    segmentor = getattr(model, 'segmentor', model)
    if not hasattr(segmentor, 'encode_decode'):
        raise ValueError(f'{config} trains a {cfg.model.type}, no segmentor')
    weights = content.get('state_dict', content)
    if alpha is not None:
        set_alpha(model, weights, alpha)
    load_strictly(model, weights, checkpoint)
    # The device is that of the whole model, so that preprocessors know of it.
    model.to(device or ('cuda' if torch.cuda.is_available() else 'cpu')).eval()
    if amp:
        channels_last(segmentor)
    preprocessor = model.data_preprocessor
    domain = getattr(preprocessor, 'predict_domain', 'target')
    classes, palette = _classes(cfg, content, segmentor)
    images = _image_format(cfg, content, domain)
    return Predictor(segmentor, preprocessor, classes, palette, images, cfg, amp, tta)


def finished_config(config: str | Path) -> Config:
    """A config as a run left it, or completed as a run would.

    What a run left needs nothing else, not even the data sets that it names.
    """
    cfg = read_config_file(find_config(config))
    # `cut_down` is put down by every command that completes a config.
    if 'cut_down' in cfg or 'train_dataloader' not in cfg:
        return cfg
    return load_config(config)


def _without_pretrained(cfg: Config) -> dict:
    """The model, whose weights are loaded right away: none to start from."""
    # Attributes of it are read by heads of MMDetection.
    model = ConfigDict(cfg.model.to_dict())
    for part in (model, model.get('segmentor') or {}):
        if part.get('pretrained'):
            part['pretrained'] = None
        if isinstance(part.get('backbone'), dict):
            part['backbone'].pop('init_cfg', None)
            part['backbone'].pop('pretrained', None)
    return model


def _classes(
    cfg: Config, content: dict, segmentor: nn.Module
) -> tuple[tuple[str, ...], list[list[int]]]:
    """Names and colours: those that were trained on; numbers if nothing tells."""
    meta = content.get('meta', {}).get('dataset_meta') or {}
    number = max(2, segmentor.out_channels)
    names = tuple(meta.get('classes') or map(str, range(number)))
    palette = meta.get('palette') or _colours(number)
    return names, [list(map(int, colour)) for colour in palette]


def _colours(number: int) -> list[list[int]]:
    """Colours that differ, always the same ones."""
    return np.random.default_rng(0).integers(32, 256, (number, 3)).tolist()


def _image_format(cfg: Config, content: dict, domain: str) -> dict:
    """What the checkpoint says of the domain's images, else what the config says."""
    known = content.get('meta', {}).get(IMAGES_KEY) or {}
    found = dict(known.get(domain) or next(iter(known.values()), {}))
    if found.get('bands'):
        return found
    for step in _loading_steps(cfg, domain):
        kind = step['type'].rpartition('.')[2]
        if kind.startswith(('LoadRaster', 'LoadRandomPatch')) and step.get('bands'):
            return {**found, 'bands': list(step['bands']), 'by_name': True}
        if kind == 'LoadImageFromFile' and step.get('color_type', 'color') == 'color':
            return {**found, 'bands': list(OPENCV), 'by_name': True}
    return found


def _loading_steps(cfg: Config, domain: str) -> list[dict]:
    loader = cfg.get('train_dataloader') or {}
    member = (loader.get('dataset') or {}).get(domain) or {}
    return [*member.get('pipeline', ()), *(cfg.get('test_pipeline') or ())]


def _of_domain(preprocessor: nn.Module) -> nn.Module:
    """The preprocessor of the domain that is predicted."""
    domain = getattr(preprocessor, 'predict_domain', None)
    return preprocessor if domain is None else preprocessor._of(domain)
