"""The commands as functions: ``from mmuda import train, predict``.

They do what the command of the same name does, with the same names of options.
"""

# ruff: noqa: PT028 (`test` is none of pytest's)
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from mmuda.engine.checkpoint import latest_checkpoint
from mmuda.jobs import adaptation, comparison, training
from mmuda.jobs.choices import DEFAULT_METHOD
from mmuda.jobs.config import load_config
from mmuda.jobs.export import export_model
from mmuda.jobs.pairing import PairingOptions
from mmuda.jobs.pairing.run import chosen, pair_images
from mmuda.jobs.prediction import Model, Outcome, Request, predict_scenes
from mmuda.jobs.testing import EvaluationOptions, evaluate
from mmuda.jobs.tiling import Tiling
from mmuda.jobs.translation.run import translate_images

PathLike = str | Path


def _config(config: PathLike | Config, loading: dict) -> Config:
    return config if isinstance(config, Config) else load_config(config, **loading)


def train(
    config: PathLike | Config,
    *,
    resume: bool = False,
    amp: bool = False,
    **loading: object,
) -> Path:
    """Train a model, after everything that its config needs first.

    Args:
        config: Config file, or ``mmuda::<path below configs/>``.
        resume: Whether to go on from the newest checkpoint of the work folder.
        amp: Whether to train in mixed precision.
        **loading: ``work_dir``, ``source``, ``target``, ``seed``, ``demo``, ``small``
            and ``options`` (overrides by dotted key), as
            :func:`mmuda.jobs.config.load_config` takes them.

    Returns:
        The last checkpoint.

    Raises:
        ValueError: If data, config or checkpoint are not what they should be.
    """
    cfg = _config(config, loading)
    cfg.setdefault('launcher', 'none')
    cfg.amp = amp or cfg.get('amp', False)
    training.train(cfg, resume=resume)
    return latest_checkpoint(cfg.work_dir)


def test(
    config: PathLike | Config,
    checkpoint: PathLike,
    *,
    alpha: float | None = None,
    tta: bool = False,
    amp: bool = False,
    **loading: object,
) -> dict:
    """Measure a model on the labelled target.

    Args:
        config: Config file.
        checkpoint: Of its model.
        alpha: Batch statistics between source (0) and target (1).
        tta: Whether to augment images.
        amp: Whether to predict in half precision.
        **loading: See :func:`train`.

    Returns:
        The figures, as ``test.json`` of the work folder has them.

    Raises:
        ValueError: If there is nothing to be tested on, or the checkpoint does not fit.
    """
    cfg = _config(config, loading)
    cfg.setdefault('launcher', 'none')
    return evaluate(cfg, checkpoint, EvaluationOptions(alpha, tta=tta, amp=amp))


test.__test__ = False  # not one of pytest's


def predict(
    config: PathLike,
    checkpoint: PathLike,
    images: PathLike,
    out: PathLike,
    *,
    alpha: float | None = None,
    tta: bool = False,
    amp: bool = False,
    device: str | None = None,
    **wanted: object,
) -> Outcome:
    """Predict a map of a scene, or of every scene in a folder.

    Args:
        config: Config of the run (that in its work folder needs no data).
        checkpoint: Of its model.
        images: Raster, mosaic (VRT), or folder of rasters.
        out: GeoTIFF of the map; of a folder, a folder.
        alpha: Batch statistics between source (0) and target (1).
        tta: Whether to take the mean over eight rotations and reflections.
        amp: Whether to predict in half precision.
        device: Such as ``cpu``; by default a GPU, if there is one.
        **wanted: ``tile``, ``overlap``, ``margin``, ``batch``, ``bands``,
            ``confidence``, ``probabilities``, ``polygons``, ``sieve``, ``simplify`` and
            ``processes``, as :class:`mmuda.jobs.prediction.Request` takes them.

    Returns:
        The files that were written.

    Raises:
        ValueError: If a scene does not have the model's bands, or the checkpoint is
            another model's.
        FileNotFoundError: If there is no image, config or checkpoint.
    """
    model = Model(str(config), str(checkpoint), alpha, amp, tta, device)
    return predict_scenes(model, Path(images), Path(out), Request(**wanted))


def pair(
    config: PathLike | Config,
    *,
    strategy: str | None = None,
    checkpoint: PathLike | None = None,
    out: PathLike | None = None,
    report: PathLike | None = None,
    target_labels: bool = False,
    **loading: object,
) -> Path:
    """Compute which target image goes with which source image.

    Args:
        config: Config file.
        strategy: Instead of the config's.
        checkpoint: Source model, by default that of the config, trained if need be.
        out: CSV file of the mapping, by default where training looks.
        report: Folder for pictures of it.
        target_labels: Whether the report may read the labels of the target: analysis.
        **loading: See :func:`train`.

    Returns:
        The mapping.

    Raises:
        ValueError: If neither names a strategy, or it can not be followed.
    """
    cfg = _config(config, loading)
    options = chosen(cfg, strategy, PairingOptions.of(cfg.get('pairing') or {}))
    return pair_images(
        cfg,
        options,
        checkpoint=None if checkpoint is None else str(checkpoint),
        out=None if out is None else Path(out),
        report=None if report is None else Path(report),
        target_labels=target_labels,
    )


def translate(
    config: PathLike | Config,
    checkpoint: PathLike,
    images: PathLike,
    out: PathLike,
    *,
    route: tuple[str, str] = ('source', 'target'),
    tile: int = Tiling.tile_px,
    amp: bool = False,
    **loading: object,
) -> list[Path]:
    """Translate images into the style of another domain.

    Args:
        config: Config of the translator.
        checkpoint: Of its model.
        images: Raster, or folder of rasters.
        out: Folder.
        route: Domain of the images, and what they are to look like.
        tile: Pixels translated in one piece.
        amp: Whether to translate in half precision.
        **loading: See :func:`train`.

    Returns:
        The translations.

    Raises:
        ValueError: If the model is no translator.
        FileNotFoundError: If there is no image.
    """
    done = translate_images(
        _config(config, loading),
        checkpoint,
        Path(images),
        Path(out),
        domains=route,
        tiling=Tiling(tile),
        amp=amp,
    )
    return [done.job.out / name for name in done.job.files]


def export(
    config: PathLike,
    checkpoint: PathLike,
    out: PathLike,
    *,
    alpha: float | None = None,
    formats: Sequence[str] = ('mmseg',),
) -> list[Path]:
    """Write a trained segmentor for others: plain MMSeg, ONNX, QGIS.

    Args:
        config: Config of the run.
        checkpoint: Of its model.
        out: Where to write, without suffix.
        alpha: Batch statistics between source (0) and target (1).
        formats: Some of ``mmseg``, ``onnx`` and ``deepness``.

    Returns:
        The files.

    Raises:
        ValueError: If the model can not be written in one of them.
    """
    return export_model(str(config), str(checkpoint), str(out), alpha, formats)


def compare(
    configs: Sequence[str],
    out: PathLike,
    *,
    seeds: Sequence[int] = (0,),
    per_class: bool = False,
    semsim: bool = False,
    **loading: object,
) -> dict[str, dict]:
    """Train and test several configs over several seeds.

    Args:
        configs: Config files, with ``@<alpha>`` behind them or not.
        out: Folder of the results.
        seeds: Of the runs.
        per_class: Whether the table has the IoU of each class.
        semsim: Whether it has SemSim of the pairs (analysis: reads target labels).
        **loading: See :func:`train`.

    Returns:
        Figures by the name of the row; see :func:`mmuda.jobs.comparison.compare`.
    """
    return comparison.compare(
        configs, seeds, Path(out), loading, per_class=per_class, semsim=semsim
    )


def adapt(  # noqa: PLR0913
    source: PathLike | Sequence[PathLike],
    labels: PathLike | Sequence[PathLike],
    target: PathLike | Sequence[PathLike],
    out: PathLike,
    *,
    method: str = DEFAULT_METHOD,
    budget: str = 'normal',
    target_labels: PathLike | Sequence[PathLike] = (),
    seed: int = 0,
    window_px: int = 512,
    amp: bool = False,
    **reading: object,
) -> adaptation.Outcome:
    """Make a map of B from labelled scenes of A; stopped and called again, it goes on.

    Args:
        source: Scenes of A, or folders of them.
        labels: Their labels: rasters of class ids, or polygons.
        target: Scenes of B.
        out: Folder of the run.
        method: ``'auto'``: several methods, of which one is chosen without labels of
            B, or none if that can not be told from chance; or a config file,
            ``mmuda::<path below configs/>`` for one of ours.
        budget: ``'quick'``, ``'normal'`` or ``'long'``.
        target_labels: Labels of B, read once all is done, for the score alone.
        seed: Of all runs.
        window_px: Height and width of a sample.
        amp: Whether to train and predict in half precision.
        **reading: How scenes and labels are read, such as ``bands`` and ``classes``;
            see :class:`mmuda.preparation.own.Request`.

    Returns:
        The maps, the page that says what was done, and figures if B has labels.

    Raises:
        FileNotFoundError: If a file or config is missing.
        ValueError: If something does not fit.
    """
    files = [_paths(paths) for paths in (source, labels, target)]
    request = adaptation.AdaptationRequest(
        *files, method, budget, _paths(target_labels), seed, window_px, amp, reading
    )
    return adaptation.adapt(request, out)


def _paths(given: PathLike | Sequence[PathLike]) -> tuple[Path, ...]:
    files = [given] if isinstance(given, (str, Path)) else given
    return tuple(Path(file) for file in files)
