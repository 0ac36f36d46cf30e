"""The adapted segmentor as an ONNX file, plain or for QGIS."""

import inspect
import json
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from mmseg.models.utils import Upsample
from torch import Tensor, nn

from mmuda.jobs.prediction.model import Predictor

OPSET = 17
STRIDE_PX = 32
SIDES = (64, 96)  # of the image that the file is checked with
TOLERANCE = 1e-4  # of probabilities
INPUT, OUTPUT = 'image', 'probabilities'


class Probabilities(nn.Module):
    """From images as they are in files to class probabilities: all that is exported.

    Args:
        predictor: Of the model.
        scale: What images are multiplied with first: 255 for Deepness, which gives
            networks its images between 0 and 1.
    """

    def __init__(self, predictor: Predictor, scale: float = 1.0) -> None:
        super().__init__()
        self.segmentor = predictor.segmentor
        mean, std, self.swaps = predictor.normalisation
        self.register_buffer('mean', mean)
        self.register_buffer('std', std)
        self.scale = scale

    def forward(self, images: Tensor) -> Tensor:
        """Probabilities (N, classes, H, W) of images (N, bands, H, W)."""
        images = images * self.scale
        if self.swaps:
            images = images.flip(1)
        scores = self.segmentor((images - self.mean) / self.std, mode='tensor')
        scores = nn.functional.interpolate(
            scores,
            images.shape[2:],
            mode='bilinear',
            align_corners=self.segmentor.align_corners,
        )
        if scores.shape[1] == 1:
            second = scores.sigmoid()
            return torch.cat([1 - second, second], 1)
        return scores.softmax(1)


def export_onnx(
    predictor: Predictor,
    out: Path,
    *,
    deepness: bool = False,
    tile_px: int | None = None,
) -> Path:
    """Write a model from images to class probabilities.

    The plain file takes float32 images of any number and size (multiples of 32 are
    safe), with bands and values as in files; one of ``tile_px`` alone if the network
    counts on its size (Swin, SegFormer). It has in its metadata what prediction needs:
    ``classes``, ``palette``, ``bands``, ``mean``, ``std``, ``gsd_m``, ``tile_px`` and
    ``any_size``, each as JSON. That for Deepness takes one square image between 0 and 1
    and names classes, resolution, tiles and standardisation as the plugin reads them.

    Args:
        predictor: See :func:`~mmuda.jobs.prediction.load_predictor`.
        out: The file; it appears whole, after it was checked, or not at all.
        deepness: Whether it is for QGIS's plugin Deepness.
        tile_px: Side of a window, by default that of prediction.

    Returns:
        ``out``.

    Raises:
        ImportError: If the extra ``export`` is not installed.
        ValueError: If the model can not be exported, or ONNX Runtime says something
            else than PyTorch.
    """
    onnx, _ = _needed()
    model = Probabilities(predictor, 255.0 if deepness else 1.0).cpu().eval()
    tile_px = tile_px or -(-predictor.window_px // STRIDE_PX) * STRIDE_PX
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f'.{out.name}.{os.getpid()}.tmp')
    try:
        any_size = not deepness and _takes_any_size(model, partial, predictor)
        if not any_size:
            _trace_checked(model, partial, predictor, [tile_px])
        content = onnx.load(str(partial))
        about = _deepness(predictor, tile_px)
        if not deepness:
            about = {**_plain(predictor, tile_px), 'any_size': any_size}
        for key, value in about.items():
            entry = content.metadata_props.add()
            entry.key, entry.value = key, json.dumps(value)
        onnx.save(content, str(partial))
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
    return out


def _takes_any_size(model: nn.Module, file: Path, predictor: Predictor) -> bool:
    """Write a file for any size, if there is one that is right for two of them."""
    axes = {0: 'batch', 2: 'height', 3: 'width'}
    try:
        _trace_checked(model, file, predictor, SIDES, {INPUT: axes, OUTPUT: axes})
    except ValueError:
        return False
    return True


def _trace_checked(
    model: nn.Module,
    file: Path,
    predictor: Predictor,
    sides: Sequence[int],
    dynamic: dict | None = None,
) -> None:
    _trace(model, _example(predictor, sides[0], sides[0]), file, dynamic or {})
    check(model, file, predictor, sides)


def _trace(model: nn.Module, example: Tensor, file: Path, dynamic: dict) -> None:
    # The exporter that newer versions prefer needs more packages and fixes sizes.
    old = 'dynamo' in inspect.signature(torch.onnx.export).parameters
    options = dict(dynamo=False) if old else {}
    try:
        with warnings.catch_warnings(), _as_onnx_has_it():
            warnings.simplefilter('ignore')  # what else is traced as constant
            torch.onnx.export(
                model,
                (example,),
                str(file),
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_axes=dynamic,
                opset_version=OPSET,
                **options,
            )
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(f'the model can not be exported to ONNX: {reason}') from error


@contextmanager
def _as_onnx_has_it() -> Iterator[None]:
    """Within it, layers that the exporter does not know are computed in other words.

    Upsampling by a factor depends on the size of its input: MMSeg's counts pixels in
    Python, which a trace takes for constants. Pooling to several cells of unequal size
    is two products with matrices of shares.
    """
    counted, pooled = Upsample.forward, nn.AdaptiveAvgPool2d.forward

    def scaled(self: Upsample, features: Tensor) -> Tensor:
        if self.size:
            return counted(self, features)
        options = dict(mode=self.mode, align_corners=self.align_corners)
        return nn.functional.interpolate(
            features, scale_factor=self.scale_factor, **options
        )

    def multiplied(self: nn.AdaptiveAvgPool2d, features: Tensor) -> Tensor:
        if self.output_size in (1, (1, 1)):
            return pooled(self, features)
        size = self.output_size
        cells = (size, size) if isinstance(size, int) else size
        rows, columns = map(_shares, map(int, features.shape[2:]), cells)
        return rows @ features @ columns.T

    Upsample.forward, nn.AdaptiveAvgPool2d.forward = scaled, multiplied
    try:
        yield
    finally:
        Upsample.forward, nn.AdaptiveAvgPool2d.forward = counted, pooled


def _shares(pixels: int, cells: int) -> Tensor:
    """What each pixel of a line gives to each cell, (cells, pixels)."""
    return nn.functional.adaptive_avg_pool1d(torch.eye(pixels), cells).T.contiguous()


def _needed() -> tuple[object, object]:
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise ImportError(
            f'{error.name} is not installed, which ONNX needs: '
            "pip install 'mmuda[export]'"
        ) from error
    return onnx, onnxruntime


def _example(predictor: Predictor, height: int, width: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand((1, predictor.bands, height, width), generator=generator)


def check(
    model: nn.Module, file: Path, predictor: Predictor, sides: Sequence[int]
) -> None:
    """Compare a file with the model that it is from.

    Raises:
        ValueError: If probabilities differ.
    """
    _, onnxruntime = _needed()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(
        str(file), options, providers=['CPUExecutionProvider']
    )
    for height, width in {(sides[0], sides[-1]), (sides[0], sides[0])}:
        images = _example(predictor, height, width) * 255 / model.scale
        with torch.no_grad():
            expected = model(images).numpy()
        try:
            (found,) = session.run(None, {INPUT: images.numpy()})
        except Exception as error:  # that of ONNX Runtime has no public name
            raise ValueError(
                f'the model can not be exported to ONNX: it fails on {height} x '
                f'{width} pixels: {str(error).splitlines()[0]}'
            ) from error
        worst = float(np.abs(found - expected).max())
        if worst > TOLERANCE:
            raise ValueError(
                f'ONNX Runtime differs from PyTorch by {worst:.1e} in probability, '
                f'expected at most {TOLERANCE}: the model can not be exported'
            )


def _plain(predictor: Predictor, tile_px: int) -> dict:
    """What prediction needs to know."""
    mean, std, _ = predictor.normalisation
    return {
        'classes': list(predictor.classes),
        'palette': predictor.palette,
        'bands': predictor.images.get('bands'),
        'mean': mean.flatten().tolist(),
        'std': std.flatten().tolist(),
        'gsd_m': predictor.images.get('gsd_m'),
        'tile_px': tile_px,
    }


def _deepness(predictor: Predictor, tile_px: int) -> dict:
    """What the plugin reads; normalisation is in the network."""
    gsd_m = predictor.images.get('gsd_m')
    bands = predictor.bands
    return {
        'model_type': 'Segmentor',
        'class_names': {str(i): name for i, name in enumerate(predictor.classes)},
        # Centimetres per pixel; 20 where training did not tell.
        'resolution': 100 * gsd_m if gsd_m else 20,
        'tiles_size': tile_px,  # as its documentation has it
        'tile_size': tile_px,  # as its code has it
        'tiles_overlap': 25,  # per cent
        'standardization_mean': [0.0] * bands,
        'standardization_std': [1.0] * bands,
        'seg_thresh': 0.0,
    }
