"""Translating the images of a command by a trained translator."""

from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmuda.engine.amp import channels_last, run_in_mixed_precision
from mmuda.jobs.bands import expected_bands
from mmuda.jobs.prerequisites import data_of, provide
from mmuda.jobs.tiling import Tiling, images_in
from mmuda.jobs.translation.jobs import (
    Job,
    layout,
    link_labels,
    named_outputs,
    translate_files,
)
from mmuda.jobs.translation.loading import bands_of, check_domain, load_translator
from mmuda.jobs.translation.tiling import Route


@dataclass(frozen=True)
class Translated:
    """What was done.

    Args:
        cfg: Of the translator.
        job: Which files, and where they went.
    """

    cfg: Config
    job: Job


def translate_images(
    cfg: Config,
    checkpoint: str | Path,
    images: Path,
    out: Path,
    *,
    domains: tuple[str, str] = ('source', 'target'),
    tiling: Tiling | None = None,
    labels: Path | None = None,
    amp: bool = False,
) -> Translated:
    """Translate a raster, or a folder of them, into the style of another domain.

    Args:
        cfg: Of the translator, from :func:`mmuda.jobs.config.load_config`.
        checkpoint: Of its model.
        images: Raster, or folder of rasters.
        out: Folder.
        domains: What they are of, and what they are to look like.
        tiling: How to cut.
        labels: Folder of labels, linked beside the results.
        amp: Whether to translate in half precision.

    Raises:
        ValueError: If the model is no translator, or ``out`` is of another job.
        FileNotFoundError: If there is no image.
    """
    provide(data_of(cfg), cfg)
    check_domain(cfg, domains[1])
    route = Route(*domains, bands_of(cfg, domains[0]))
    files = images_in(images)
    folder = images if images.is_dir() else images.parent
    folders = layout(out, folder, labels)
    named = named_outputs(files)
    checkpoint = Path(checkpoint)
    tiling = tiling or Tiling()
    job = Job(named, folders[0], cfg.filename, checkpoint, route, tiling, amp)
    translator = load_translator(cfg, checkpoint)
    if amp:
        run_in_mixed_precision(translator, 'translate')
        channels_last(translator)
    translate_files(translator, job, expected_bands(cfg))
    if labels:
        link_labels(files, labels, folders[1])
    return Translated(cfg, job)
