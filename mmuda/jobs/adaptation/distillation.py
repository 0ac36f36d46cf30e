"""What a pool says together, taught to one model of the size of its members."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mmuda.evaluation.criteria import Candidate, best_of
from mmuda.evaluation.guard import Decision, guard
from mmuda.evaluation.tile_samples import TileSamples, softmax
from mmuda.files import sha256_of
from mmuda.jobs.adaptation.choice import Ranking, rank
from mmuda.jobs.adaptation.request import AdaptationRequest
from mmuda.jobs.adaptation.runs import MethodRun, working_in
from mmuda.jobs.adaptation.variants import FOLDER, Variant
from mmuda.jobs.prediction import Model
from mmuda.jobs.prediction.model import finished_config
from mmuda.jobs.pseudo_labels import LabellingJob, make_pseudo_labels
from mmuda.jobs.pseudo_labels.options import OF_THE_RUN
from mmuda.jobs.trained_model import load_model
from mmuda.models.averaged import AveragedModel

AVERAGE = 'average of the pool'


@dataclass(frozen=True)
class AveragedJob(LabellingJob):
    """Labels by the mean of the probabilities of several models.

    Args:
        members: They; ``checkpoint`` is that of the first.
    """

    members: Sequence[Model] = ()

    def load_model(self) -> AveragedModel:
        """All members as one."""
        return AveragedModel(
            [
                load_model(finished_config(m.config), m.checkpoint, m.alpha)
                for m in self.members
            ]
        )

    def manifest(self) -> dict:
        """What decides on the labels: the members as well."""
        found = super().manifest()
        found['members'] = [[sha256_of(m.checkpoint), m.alpha] for m in self.members]
        return found

    @property
    def name(self) -> str:
        """Another one for other members."""
        members = str([(m.checkpoint, m.alpha) for m in self.members])
        return f'{super().name}_{hashlib.sha256(members.encode()).hexdigest()[:8]}'


@dataclass(frozen=True)
class Distillation:
    """Whether the average of a pool is worth a model of its own.

    Args:
        voices: Whose mean it is, one of each family.
        sentence: What was decided, and why.
        accepted: Whether a model is to learn from it.
    """

    voices: Sequence[Variant]
    sentence: str
    accepted: bool


def voices_of(pool: Sequence[Variant], ranking: Ranking) -> list[Variant]:
    """Of each family the model that the pool agrees with most, but for collapsed ones.

    One voice each: a family of many checkpoints would outvote the others.
    """
    families: dict[str, list[int]] = {}
    for number, variant in enumerate(pool):
        families.setdefault(variant.candidate.family, []).append(number)
    best = [
        (members, best_of([ranking.agreement[n] for n in members]))
        for members in families.values()
    ]
    return [pool[members[i]] for members, i in best if i is not None]


def average_of(voices: Sequence[Variant]) -> Candidate:
    """What models say together: the mean of their probabilities in both domains."""
    said = [voice.candidate for voice in voices]
    source, target = (
        _mean([getattr(c, domain) for c in said]) for domain in ('source', 'target')
    )
    return Candidate(AVERAGE, source, target, AVERAGE)


def _mean(samples: Sequence[TileSamples]) -> TileSamples:
    mean = np.mean([softmax(s.logits) for s in samples], axis=0)
    logits = np.log(np.maximum(mean, 1e-12)).astype(np.float32)
    return TileSamples(logits, samples[0].valid, samples[0].labels)


def consider(pool: Sequence[Variant]) -> Distillation:
    """Let the guard decide whether the average is better than the source-only model."""
    ranking = rank(pool)
    voices = voices_of(pool, ranking)
    if len(voices) < 2:
        sentence = (
            'The average of the pool was not distilled: that takes two methods with a '
            'model that has not collapsed.'
        )
        return Distillation(voices, sentence, False)
    kept = pool[ranking.kept].candidate
    decision = guard(average_of(voices), kept, ranking.expected)
    return Distillation(voices, _sentence(decision, len(voices)), decision.accepted)


def _sentence(decision: Decision, number: int) -> str:
    gain = decision.gain
    if decision.accepted:
        return (
            f'The average of {number} models, of one family each, was distilled into '
            f'one: its estimated gain is {gain.value:.1f} points ({gain.low:.1f} to '
            f'{gain.high:.1f}).'
        )
    reasons = '; '.join(decision.reasons)
    return f'The average of {number} models was not distilled: {reasons}.'


def distil(
    voices: Sequence[Variant],
    request: AdaptationRequest,
    folders: tuple[Path, Path, Path],
    lock: int,
) -> MethodRun:
    """Train an ordinary run on what models say of B together.

    Args:
        voices: The models.
        request: With the config of the run, which has ``pseudo_labels``: their
            strategy chooses the labels.
        folders: Of the prepared source and target, and of the adaptation.
        lock: See :meth:`MethodRun.train`.

    Raises:
        ValueError: If training fails.
    """
    run = MethodRun(request, *folders)
    labels = _label(run, [voice.model for voice in voices])
    run = MethodRun(request, *folders, {'pseudo_labels.folder': str(labels)})
    run.train(lock)
    return run


def _label(run: MethodRun, members: Sequence[Model]) -> Path:
    """The folder of the labels of B, made if they are not there."""
    given = run.cfg.pseudo_labels
    options = {k: v for k, v in given.items() if k not in (*OF_THE_RUN, '_scope_')}
    first = Path(members[0].checkpoint)
    job = AveragedJob(
        run.cfg, first, Path(), given.strategy, options, members=tuple(members)
    )
    with working_in(run.out):
        job = job.resolved()
        job = replace(job, out=run.out / FOLDER / job.name)
        make_pseudo_labels(job)
    return job.out
