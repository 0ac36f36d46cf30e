"""From prepared folders to the models that predict: one method's, or a pool's."""

from dataclasses import dataclass, replace
from pathlib import Path

from mmuda.jobs.adaptation.choice import Choice, choose, report
from mmuda.jobs.adaptation.distillation import consider, distil
from mmuda.jobs.adaptation.outcome import ADAPTED, SOURCE_ONLY
from mmuda.jobs.adaptation.pool import is_pool, read_distillation, read_pool
from mmuda.jobs.adaptation.request import AdaptationRequest
from mmuda.jobs.adaptation.runs import MethodRun
from mmuda.jobs.adaptation.variants import variants_of
from mmuda.jobs.evidence import Evidence
from mmuda.jobs.prediction import Model


@dataclass(frozen=True)
class Trained:
    """What predicts, and what trained it.

    Args:
        models: By the folder of their maps; without a source-only model where the other
            is it, or there is none.
        commands: That trained.
        choice: From a pool; None where a single method was named.
    """

    models: dict[str, Model]
    commands: list[str]
    choice: Choice | None = None


def train_models(
    request: AdaptationRequest, source: Path, target: Path, out: Path, lock: int
) -> Trained:
    """Train what a request names; what is finished is not trained again.

    Args:
        request: What was asked for.
        source: Folder of the prepared source.
        target: Folder of the prepared target.
        out: Folder of the adaptation.
        lock: See :meth:`MethodRun.train`.

    Raises:
        FileNotFoundError: If a config is missing.
        ValueError: If training fails, or the pool is none.
    """
    if is_pool(request.method):
        return _from_pool(request, source, target, out, lock)
    run = MethodRun(request, source, target, out)
    run.train(lock)
    trained = {ADAPTED: (run.written_config, run.checkpoint)}
    if run.source_model is not None:
        trained[SOURCE_ONLY] = run.source_model
    models = {
        folder: Model(*map(str, files), amp=request.amp)
        for folder, files in trained.items()
    }
    return Trained(models, [run.command])


def _from_pool(
    request: AdaptationRequest, source: Path, target: Path, out: Path, lock: int
) -> Trained:
    """Train all members, then choose."""
    runs = [
        (member, MethodRun(of_member, source, target, out))
        for member, of_member in read_pool(request)
    ]
    for _, run in runs:
        run.train(lock)
    evidence = Evidence.of(runs[0][1].cfg)
    pool = [v for member, run in runs for v in variants_of(member, run, evidence, out)]
    distillation = read_distillation(request)
    found = consider(pool) if distillation else None
    if found and found.accepted:
        member, of_member = distillation
        run = distil(found.voices, of_member, (source, target, out), lock)
        runs.append((member, run))
        pool += variants_of(member, run, evidence, out)
    choice = replace(choose(pool), average=found and found.sentence)
    report(choice, out / 'pool.json')
    models = {ADAPTED: choice.model}
    if choice.model != choice.source_only:
        models[SOURCE_ONLY] = choice.source_only
    return Trained(models, [run.command for _, run in runs], choice)
