"""CyCADA's feature part: who moves, and when."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_adaptor, toy_batch
from mmseg.registry import MODELS


def build(**options):
    cfg = toy_adaptor()
    alignment = cfg.objectives.alignment
    alignment.update(type='GatedAlignment', window=3, **options)
    alignment.discriminator = dict(
        type='PixelwiseDiscriminator', in_channels=4, channels=(4,), dropout=0.0
    )
    torch.manual_seed(0)
    return MODELS.build(cfg)


def losses(model, accuracies):
    objective = model.objectives['alignment']
    batch = model.data_preprocessor(toy_batch(), True)
    model.phase_losses('critic', batch)
    objective.accuracies[: len(accuracies)] = torch.tensor(accuracies)
    objective.seen.fill_(len(accuracies))
    return batch, model.phase_losses('align', batch)['alignment.loss_confusion']


@pytest.mark.parametrize(
    ('accuracies', 'is_open'), [([61.0], True), ([61.0, 58.0, 60.0], False)]
)
def test_waits_for_the_discriminator(accuracies, is_open):
    _, loss = losses(build(loss_weight=0.1), accuracies)
    assert (loss > 0) == is_open


def test_moves_the_target_alone():
    model = build()
    batch, loss = losses(model, [100.0])
    objective, backbone = model.objectives['alignment'], model.segmentor.backbone
    scores = objective.discriminator(backbone(batch['target'].inputs)[1])
    as_source = torch.zeros(len(scores), *scores.shape[2:], dtype=torch.long)
    torch.testing.assert_close(loss, F.cross_entropy(scores, as_source))


def test_window_is_the_latest_and_in_the_checkpoint():
    model = build()
    objective = model.objectives['alignment']
    batch = model.data_preprocessor(toy_batch(), True)
    for expected in (1, 2, 3, 4):
        objective.accuracies[(expected - 1) % 3] = -1
        model.phase_losses('critic', batch)
        assert objective.seen == expected
        assert objective.accuracies[(expected - 1) % 3] >= 0
    assert {'objectives.alignment.accuracies', 'objectives.alignment.seen'} <= set(
        model.state_dict()
    )
