"""What was done, on one page that needs nothing else."""

from collections.abc import Sequence
from pathlib import Path

from mmuda.datasets.prepared import IMAGES, TRAIN, read_manifest
from mmuda.files import write_atomically
from mmuda.jobs.adaptation.outcome import ADAPTED, SOURCE_ONLY, Outcome
from mmuda.jobs.adaptation.pictures import (
    as_data_url,
    of_confidence,
    of_difference,
    of_map,
    of_scene,
)
from mmuda.jobs.adaptation.request import AdaptationRequest
from mmuda.jobs.adaptation.shares import shares_of_labels, shares_of_maps
from mmuda.jobs.adaptation.training import Trained
from mmuda.jobs.pages import render
from mmuda.version import __version__

MOST_SCENES = 12  # that are shown


def write_page(
    request: AdaptationRequest, trained: Trained, outcome: Outcome, out: Path
) -> Path:
    """Write ``index.html`` into the folder of the run.

    Args:
        request: What was asked for.
        trained: What predicted, and how it was trained.
        outcome: What was made.
        out: The folder.

    Returns:
        The page.
    """
    source, target = (read_manifest(out / name) for name in ('source', 'target'))
    names = {ADAPTED: 'adapted', SOURCE_ONLY: 'source-only'}
    if trained.choice is not None and SOURCE_ONLY not in trained.models:
        names[ADAPTED] = 'source-only, kept'
    text = render(
        Path(__file__).with_name('page.html.j2'),
        version=__version__,
        request=request,
        method=Path(request.method.rpartition('::')[2]).stem,
        commands=trained.commands,
        choice=trained.choice,
        source=source,
        target=target,
        legend=[*zip(source['classes'], source['palette'], strict=True)],
        shares=_shares(source, outcome, names),
        scenes=[
            _scene(n, out, outcome, source['palette'])
            for n in range(min(len(outcome.maps), MOST_SCENES))
        ],
        left_out=max(len(outcome.maps) - MOST_SCENES, 0),
        figures={names[name]: _shown(f) for name, f in outcome.figures.items()},
        seconds=outcome.seconds,
        files=[str(file.relative_to(out)) for file in outcome.maps],
    )
    page = out / 'index.html'
    with write_atomically(page) as file:
        file.write(text)
    return page


def _shown(figures: dict) -> dict[str, float]:
    """What the page tells, by the name of the column."""
    of_classes = {
        key.removeprefix('IoU.'): value
        for key, value in figures.items()
        if key.startswith('IoU.')
    }
    return {'accuracy': figures['aAcc'], 'mIoU': figures['mIoU'], **of_classes}


def _shares(
    source: dict, outcome: Outcome, names: dict[str, str]
) -> dict[str, Sequence[float]]:
    number = len(source['classes'])
    found = {'labels of A': shares_of_labels(source['class_pixels'][TRAIN])}
    if outcome.source_only:
        found[f'B, {names[SOURCE_ONLY]}'] = shares_of_maps(outcome.source_only, number)
    found[f'B, {names[ADAPTED]}'] = shares_of_maps(outcome.maps, number)
    return found


def _scene(
    number: int, out: Path, outcome: Outcome, palette: Sequence[Sequence[int]]
) -> dict:
    """Pictures of one scene, each with a title."""
    file = outcome.maps[number]
    sure = file.with_name(f'{file.stem}_confidence{file.suffix}')
    pictures = [
        ('scene', of_scene(out / 'target' / IMAGES / file.name)),
        ('map', of_map(file, palette)),
        ('confidence', of_confidence(sure)),
    ]
    if outcome.source_only:
        before = outcome.source_only[number]
        difference, share = of_difference(before, file)
        pictures += [
            ('map of the source-only model', of_map(before, palette)),
            (f'where the two differ ({100 * share:.1f} %)', difference),
        ]
    shown = [(title, as_data_url(picture)) for title, picture in pictures]
    return dict(name=file.stem, pictures=shown)
