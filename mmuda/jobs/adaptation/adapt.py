"""Prepare, train, predict, and say what was done."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console

from mmuda.datasets.prepared import IMAGES, LABELS, read_manifest
from mmuda.evaluation import write_figures
from mmuda.jobs.adaptation.outcome import ADAPTED, SOURCE_ONLY, Outcome
from mmuda.jobs.adaptation.page import write_page
from mmuda.jobs.adaptation.pool import check_configs
from mmuda.jobs.adaptation.request import AdaptationRequest
from mmuda.jobs.adaptation.runs import alone_in
from mmuda.jobs.adaptation.score import score
from mmuda.jobs.adaptation.training import train_models
from mmuda.jobs.prediction import Model, predict_scenes
from mmuda.jobs.prediction import Request as Prediction
from mmuda.preparation.own import prepare_own


def adapt(request: AdaptationRequest, out: str | Path) -> Outcome:
    """Make a map of B; stopped anywhere and called again, it goes on.

    Below ``out``: ``source`` and ``target`` (prepared), ``work_dirs`` (the runs),
    ``log.txt``, ``maps`` with a map and its confidence per scene of B, ``source_only``
    with those of the model before adaptation, and ``index.html``. A pool of methods
    also leaves ``pool.json``, what could be chosen, and, if it tries corrections by
    class shares, ``pool`` with the corrected models.

    Args:
        request: What to make of what.
        out: Folder.

    Raises:
        FileNotFoundError: If a file or config is missing.
        ValueError: If something does not fit, or the same is being made already;
            nothing that was written is lost.
    """
    out = Path(out)
    check_configs(request)
    request.check_target_labels(out)
    request.settle_in(out)
    outcome, source, target = Outcome(), out / 'source', out / 'target'
    with alone_in(out) as lock:
        with _step(outcome, 'prepare A'):
            prepare_own(request.preparation_of_source(), source)
        with _step(outcome, 'prepare B'):
            prepare_own(request.preparation_of_target(source), target)
        with _step(outcome, 'train'):
            trained = train_models(request, source, target, out, lock)
        with _step(outcome, 'predict B'):
            _predict(trained.models, target / IMAGES, out, outcome)
        if request.target_labels:
            with _step(outcome, 'score with the labels of B'):
                _score(request, source, out, outcome)
        outcome.page = write_page(request, trained, outcome, out)
    return outcome


@contextmanager
def _step(outcome: Outcome, name: str) -> Iterator[None]:
    """Say that a step begins, and keep how long it took."""
    console, said = Console(), name[0].upper() + name[1:]
    if console.is_terminal:
        console.rule(said, align='left')
    else:
        console.print(f'{datetime.now():%H:%M:%S} {said}', highlight=False)
    begun = time.monotonic()
    yield
    outcome.seconds[name] = time.monotonic() - begun


def _predict(
    models: dict[str, Model], scenes: Path, out: Path, outcome: Outcome
) -> None:
    """Maps of the scenes of B, in the resolution that the models were trained on."""
    wanted = Prediction(confidence=True)
    for folder, model in models.items():
        maps = predict_scenes(model, scenes, out / folder, wanted).maps
        setattr(outcome, folder, maps)


def _score(
    request: AdaptationRequest, source: Path, out: Path, outcome: Outcome
) -> None:
    """Read the labels of B for the first time, and measure the maps."""
    labelled = out / 'target_labels'
    prepare_own(request.preparation_of_target_labels(source), labelled)
    classes = read_manifest(source)['classes']
    for name in (ADAPTED, SOURCE_ONLY):
        if maps := getattr(outcome, name):
            outcome.figures[name] = score(maps, labelled / LABELS, classes)
    write_figures(out / 'score.json', outcome.figures)
