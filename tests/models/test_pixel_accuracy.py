"""The accuracy of the log against MMSeg's."""

import pytest
import torch
from conftest import toy_batch
from mmseg.models.decode_heads import decode_head
from mmseg.models.losses import accuracy
from toy_objectives import build

from mmuda.models.accuracy import pixel_accuracy, quick_accuracy


@pytest.mark.parametrize('ignore_index', [255, None])
@pytest.mark.parametrize('ignored', [0.0, 0.3, 1.0])
def test_is_the_accuracy_of_mmseg(ignored, ignore_index):
    logits, labels = torch.randn(3, 5, 7, 6), torch.randint(5, (3, 7, 6))
    labels[torch.rand(3, 7, 6) < ignored] = 255
    expected = accuracy(logits, labels, ignore_index=ignore_index)
    found = pixel_accuracy(logits, labels, ignore_index)
    torch.testing.assert_close(found, expected)


def test_training_logs_it_and_leaves_mmseg_as_it_was():
    model, optimizer = build({})
    own = decode_head.accuracy
    calls = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode_head, 'accuracy', lambda *_, **__: calls.append(1))
        logged = model.train_step(toy_batch(), optimizer)
    assert not calls
    name = next(name for name in logged if name.endswith('acc_seg'))
    assert 0 <= float(logged[name]) <= 100
    with pytest.raises(ZeroDivisionError), quick_accuracy():
        raise ZeroDivisionError
    assert decode_head.accuracy is own
