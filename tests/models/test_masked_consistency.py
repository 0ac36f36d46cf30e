"""Masks against their transcription, and the loss that says what they hide."""

import numpy as np
import pytest
import torch
from conftest import toy_batch
from toy_objectives import begin, build

from mmuda.models.draws import rng_of
from mmuda.models.objectives import MaskedConsistency
from mmuda.models.objectives.masked_consistency import block_mask

OFF = dict(jitter_prob=0.0, blur_prob=0.0)


def test_mask_is_the_transcription():
    """Eq. 5: one number per block, seen where it is above the ratio."""
    found = block_mask(10, 7, 4, 0.6, np.random.default_rng(1))
    numbers = np.random.default_rng(1).random((3, 2))
    for i, j in np.ndindex(10, 7):
        assert found[i, j] == (numbers[i // 4, j // 4] > 0.6)
    hidden = [
        1 - block_mask(64, 64, 4, 0.7, np.random.default_rng(i)).double().mean().item()
        for i in range(50)
    ]
    assert np.mean(hidden) == pytest.approx(0.7, abs=0.01)


@pytest.mark.parametrize(('block', 'side'), [(64, 4), (2, 2)])
def test_student_sees_the_rest_and_is_to_say_everything(block, side):
    objective = dict(type='MaskedConsistency', block=block, augmentation=OFF)
    teacher = dict(type='MeanTeacher', threshold=0.36)
    model, _ = build(dict(masked=objective, teacher=teacher))
    torch.manual_seed(2)
    domains = begin(model, toy_batch(size=32))
    losses = model.phase_losses('segmentor', domains)
    torch.manual_seed(2)
    taught = domains['taught']
    rngs = [rng_of(sample, 'masked') for sample in taught.data_samples]
    masks = [block_mask(32, 32, side, 0.7, rng) for rng in rngs]
    images = taught.inputs * torch.stack(masks)[:, None]
    assert torch.equal(domains['masked'].inputs, images)
    assert 0 < torch.stack(masks).double().mean() < 0.6
    logits = model.segmentor(images, mode='tensor')
    logits = torch.nn.functional.interpolate(logits, 32, mode='bilinear')
    labels = torch.cat([s.gt_sem_seg.data for s in taught.data_samples])
    weights = torch.cat([s.pseudo_weight.data for s in taught.data_samples])
    found = torch.nn.functional.cross_entropy(logits, labels, reduction='none')
    torch.testing.assert_close(
        losses['masked.decode.loss_ce'], (weights * found).mean()
    )


def test_one_teacher_serves_all():
    """It passes once per iteration, whoever learns from it."""
    objectives = dict(
        masked=dict(type='MaskedConsistency'),
        mix=dict(type='ClassMix'),
        teacher=dict(type='MeanTeacher'),
    )
    model, optimizer = build(objectives)
    teacher = model.objectives['teacher'].teacher.module
    passes = []
    teacher.register_forward_hook(lambda *_: passes.append(1))
    logged = model.train_step(toy_batch(size=32), optimizer)
    assert len(passes) == 1
    assert {'mix.decode.loss_ce', 'masked.decode.loss_ce'} <= logged.keys()


def test_rejects_settings():
    with pytest.raises(ValueError, match=r'ratio must be in \[0, 1\], got 1.2'):
        MaskedConsistency(ratio=1.2)
    with pytest.raises(ValueError, match='block must be positive, got 0'):
        MaskedConsistency(block=0)
