"""What a trained model may become without training, and what it then says of B."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import nn

from mmuda.engine.checkpoint import load_checked, save_checkpoint
from mmuda.evaluation.criteria import Candidate
from mmuda.evaluation.diagnosis import DEFAULT, diagnose
from mmuda.evaluation.shares import PriorCorrection
from mmuda.evaluation.tile_samples import TileSamples
from mmuda.jobs.adaptation.pool import Member
from mmuda.jobs.adaptation.runs import MethodRun, working_in
from mmuda.jobs.evidence import Evidence
from mmuda.jobs.prediction import Model
from mmuda.jobs.statistics import with_statistics
from mmuda.jobs.trained_model import load_model
from mmuda.models.adaptor import DomainAdaptor

FOLDER = 'pool'  # of the corrected models
CLASSIFIER = 'decode_head.conv_seg'


@dataclass(frozen=True)
class Variant:
    """A trained model, as it is or changed, that may be chosen.

    Args:
        candidate: What it says.
        model: What predicts with it.
        source_only: Whether it is a model of the source, as it was trained.
    """

    candidate: Candidate
    model: Model
    source_only: bool


def variants_of(
    member: Member, run: MethodRun, evidence: Evidence, out: Path
) -> list[Variant]:
    """A model as it was trained, and all that its line in the pool asks for.

    What is said of the source is said with the source's batch statistics: it is the
    target that a variant is for. Scores that are corrected are so in both domains,
    since how sure a model is means something only beside how sure it is on the source.

    Args:
        member: Its line.
        run: Its run, trained.
        evidence: Images of both domains.
        out: Folder of the adaptation.
    """
    name = run.name
    model = Model(str(run.written_config), str(run.checkpoint), amp=run.request.amp)
    network = load_model(run.cfg, model.checkpoint)
    source, target = evidence.of_model(network, inner=member.prior)
    candidate = Candidate(
        name, source, target, run.written_config.stem, run.request.seed
    )
    found = [Variant(candidate, model, member.source_only)]
    measured = model
    if member.alphas and not isinstance(network, DomainAdaptor):
        with working_in(run.out):
            file = with_statistics(run.cfg, run.checkpoint)
        measured = replace(model, checkpoint=str(file))
    for alpha in _others(member.alphas, network):
        changed = replace(measured, alpha=alpha)
        network = load_model(run.cfg, changed.checkpoint, alpha)
        target = evidence.of_target(network)
        said = _said(candidate, f'alpha {alpha:g}', source, target)
        found.append(Variant(said, changed, False))
    if member.prior and (other := _corrected(candidate, model, evidence, out)):
        found.append(other)
    return found


def _said(
    candidate: Candidate, variant: str, source: TileSamples, target: TileSamples
) -> Candidate:
    """What a variant of a model says of both domains."""
    name = f'{candidate.name}, {variant}'
    return replace(candidate, name=name, source=source, target=target, variant=variant)


def _others(alphas: Sequence[float], network: nn.Module) -> list[float]:
    """Statistics other than those that the model has anyway."""
    adapted = isinstance(network, DomainAdaptor)
    own = network.statistics.alpha if adapted else 0.0
    return [alpha for alpha in alphas if alpha != own]


def _corrected(
    candidate: Candidate, model: Model, evidence: Evidence, out: Path
) -> Variant | None:
    """The model corrected by class shares; None if there is nothing to correct by."""
    correction = correction_for(candidate, evidence.source[0].metainfo['classes'])
    if correction is None:
        return None
    file = _corrected_file(Path(model.checkpoint), out)
    if not write_corrected(model.checkpoint, correction, file):
        return None
    said = corrected(candidate, correction)
    return Variant(said, replace(model, checkpoint=str(file)), False)


def correction_for(
    candidate: Candidate, classes: Sequence[str]
) -> PriorCorrection | None:
    """What corrects a model by class shares; None if shares are not what differs.

    Nor if a class is said to have vanished: the correction would take away what is left
    of it, and the gain that is estimated rests on the same shares.
    """
    found = diagnose(candidate.source, candidate.target, classes)
    shares = found.shares[DEFAULT]
    if not found.kind.allows_correction or shares.vanished.any():
        return None
    return PriorCorrection(found.calibration, shares.ratios)


def corrected(candidate: Candidate, correction: PriorCorrection) -> Candidate:
    """What a model says of both domains once its scores are corrected."""
    samples = [
        replace(s, logits=correction.logits(s.logits).astype(np.float32))
        for s in (candidate.source, candidate.target)
    ]
    return _said(candidate, 'prior', *samples)


def write_corrected(
    checkpoint: str | Path, correction: PriorCorrection, file: Path
) -> bool:
    """Write a checkpoint whose classifier corrects its scores.

    Scores are linear in its weights: dividing them by the temperature and adding to the
    bias is the correction itself, and the model stays an ordinary one.

    Args:
        checkpoint: Of a segmentor, adapted or not.
        correction: Of its scores.
        file: The new checkpoint.

    Returns:
        Whether the model has such a classifier.
    """
    content = load_checked(str(checkpoint), map_location='cpu')
    weights = content.get('state_dict', content)
    names = [
        key.removesuffix('.bias')
        for key in weights
        if key.removeprefix('segmentor.') == f'{CLASSIFIER}.bias'
    ]
    if not names or len(weights[f'{names[0]}.bias']) != len(correction.ratios):
        return False
    weight, bias = (weights[f'{names[0]}.{part}'] for part in ('weight', 'bias'))
    temperature = correction.calibration.temperature
    weights[f'{names[0]}.weight'] = weight / temperature
    shift = bias.new_tensor(correction.shift)
    weights[f'{names[0]}.bias'] = bias / temperature + shift
    save_checkpoint(content, file)
    return True


def _corrected_file(checkpoint: Path, out: Path) -> Path:
    folder = out.absolute() / FOLDER
    folder.mkdir(exist_ok=True)
    return folder / f'{checkpoint.parent.name}_{checkpoint.stem}_prior.pth'
