"""The mean teacher against the closed form of its average, and its pseudo labels."""

import pytest
import torch
from conftest import toy_batch, toy_segmentor
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from toy_objectives import begin, build

from mmuda.models.domains import DomainBatch
from mmuda.models.objectives import MeanTeacher, PhaseObjective
from mmuda.models.objectives.mean_teacher import WEIGHTINGS


@MODELS.register_module()
class LearnsFromTaught(PhaseObjective):
    """The student learns the pseudo labels as they are."""

    needs = ('taught',)

    def losses(self, domains):
        return domains.segmentation_losses('taught')


def student_of(teacher, norm=None, **more):
    objectives = dict(
        first=dict(type='LearnsFromTaught'), teacher=dict(type='MeanTeacher', **teacher)
    )
    return build({**objectives, **more}, segmentor=toy_segmentor(norm=norm))


def parameters(module):
    return [p.detach().clone() for p in module.parameters()]


def test_weights_are_the_closed_form_of_the_average():
    """A plain mean at first, later every step's weight decays by ema_decay."""
    decay = 0.7
    model, optimizer = student_of(dict(ema_decay=decay))
    history = [parameters(model.segmentor)]
    for seed in range(8):
        model.train_step(toy_batch(seed=seed), optimizer)
        history.append(parameters(model.segmentor))
        weights = [1.0]
        for step in range(1, len(history)):
            d = min(1 - 1 / (step + 1), decay)
            weights = [*(d * w for w in weights), 1 - d]
        assert sum(weights) == pytest.approx(1)
        teacher = model.objectives['teacher'].teacher.module
        for found, *values in zip(teacher.parameters(), *history, strict=True):
            expected = sum(w * v for w, v in zip(weights, values, strict=True))
            torch.testing.assert_close(found, expected)
            assert not found.requires_grad


def test_teacher_waits_for_a_real_step():
    model, optimizer = student_of({})
    optimizer['segmentor']._accumulative_counts = 2
    optimizer.initialize_count_status(model, 0, 4)
    teacher = model.objectives['teacher'].teacher
    model.train_step(toy_batch(seed=0), optimizer)
    begun = parameters(teacher.module)
    assert all(map(torch.equal, begun, parameters(model.segmentor)))
    model.train_step(toy_batch(seed=1), optimizer)
    assert int(teacher.steps) == 2
    assert not any(map(torch.equal, begun, parameters(teacher.module)))


def taught(model, batch):
    domains = begin(model, batch)
    logged = model.phase_losses('segmentor', domains)
    return domains, domains['taught'], logged


def test_labels_and_weights_are_the_transcription():
    model, _ = student_of(dict(threshold=0.5, ignore_top=2, ignore_bottom=3))
    batch = toy_batch(size=32)
    for sample in batch['data_samples']:
        sample.invalid = PixelData(data=torch.zeros(1, 32, 32, dtype=torch.bool))
        sample.invalid.data[..., 20:] = True
    domains, found, logged = taught(model, batch)
    with torch.no_grad():
        logits = model.segmentor(domains['target'].inputs, mode='tensor')
        logits = torch.nn.functional.interpolate(logits, 32, mode='bilinear')
    shares = []
    for sample, scores in zip(found.data_samples, logits, strict=True):
        labels, weights = sample.gt_sem_seg.data[0], sample.pseudo_weight.data[0]
        certain = 0
        for row, column in torch.cartesian_prod(torch.arange(32), torch.arange(20)):
            p = scores[:, row, column].exp() / scores[:, row, column].exp().sum()
            certain += int(p.max() >= 0.5)
            assert labels[row, column] == p.argmax()
        shares.append(certain / (32 * 20))
        assert (weights[2:-3, :20] == shares[-1]).all()
        assert not weights[:2].any()
        assert not weights[-3:].any()
        assert not weights[:, 20:].any()
        assert (labels[:, 20:] == 255).all()
    assert 0 < min(shares) < max(shares) < 1
    share = logged['teacher.certain_share'].item()
    assert share == pytest.approx(sum(shares) / 2)
    assert 'gt_sem_seg' not in domains['target'].data_samples[0]


def test_weightings():
    confidence = torch.tensor([[[0.9, 0.5], [0.95, 0.99]], [[0.1, 0.2], [0.3, 0.96]]])
    found = {n: weigh(confidence, None, 0.95) for n, weigh in WEIGHTINGS.items()}
    certain = torch.tensor([[[0, 0], [1, 1]], [[0, 0], [0, 1]]]).float()
    assert torch.equal(found['pixel'], certain)
    assert found['uniform'].eq(1).all()
    assert found['share'][0].eq(0.5).all()
    assert found['share'][1].eq(0.25).all()


BN = dict(type='BN')


@pytest.mark.parametrize('alpha', [None, 0.0, 0.3, 1.0])
def test_normalises_by_running_statistics_as_the_model_is_tested(alpha):
    """Between the domains; the target passes by itself, which else nobody reads."""
    model, optimizer = student_of(dict(alpha=alpha), norm=BN)
    model.statistics.alpha = 0.6
    for seed in range(3):
        model.train_step(toy_batch(seed=seed, size=32), optimizer)
    target = model.statistics.target.layers
    assert {int(kept.num_batches_tracked) for kept in target.values()} == {3}
    teacher = model.objectives['teacher'].teacher.module
    expected = model.statistics.mixture(0.6 if alpha is None else alpha)
    taught(model, toy_batch(size=32))
    assert not teacher.training
    for path, values in expected.items():
        if 'encoder.0' in path:  # the source has passed once more in between
            layer = teacher.get_submodule(path)
            if alpha == 1.0:
                assert torch.equal(layer.running_mean, values['running_mean'])
            assert (layer.running_mean - values['running_mean']).abs().max() < 0.1


def test_normalises_by_the_mini_batch_if_asked():
    """As the released codes do; running statistics then say nothing."""
    model, _ = student_of(dict(statistics='batch', threshold=0.0), norm=BN)
    batch = toy_batch(size=32)
    one = [s.gt_sem_seg.data for s in taught(model, batch)[1].data_samples]
    for role in (model.statistics.source, model.statistics.target):
        for kept in role.layers.values():
            kept.running_mean += 100
            kept.num_batches_tracked += 1
    other = [s.gt_sem_seg.data for s in taught(model, batch)[1].data_samples]
    assert all(map(torch.equal, one, other))
    images = torch.stack(batch['inputs'])[1::2]
    twin = MODELS.build(toy_segmentor(norm=BN)).train()
    twin.load_state_dict(model.segmentor.state_dict(), strict=False)
    expected = twin(images, mode='tensor').softmax(1).argmax(1)
    assert torch.equal(torch.cat(one), expected)


def test_refuses_to_learn_from_nobody():
    match = (
        r"'first' \(LearnsFromTaught\) needs the domain 'taught', which no objective"
    )
    with pytest.raises(ValueError, match=match):
        build(dict(first=dict(type='LearnsFromTaught')))


@pytest.mark.parametrize(
    ('setting', 'match'),
    [
        (dict(ema_decay=1.0), 'ema_decay must be between 0 and 1, got 1.0'),
        (dict(threshold=1.5), r'threshold must be in \[0, 1\], got 1.5'),
        (dict(weighting='best'), "weighting must be one of .*, got 'best'"),
        (dict(statistics='none'), "statistics must be one of .*, got 'none'"),
        (dict(alpha=2), r'alpha must be a number in \[0, 1\], got 2'),
    ],
)
def test_rejects_settings(setting, match):
    with pytest.raises(ValueError, match=match):
        MeanTeacher(**setting)


def test_domains_are_those_of_the_target():
    """The same images, not copied, of a role that has no statistics."""
    model, _ = student_of({})
    domains, found, _ = taught(model, toy_batch())
    assert found.inputs is domains['target'].inputs
    assert isinstance(found, DomainBatch)
    assert found.role == 'taught'
