# The model f^S: trained on the source, tested on the target. It is the baseline of
# Fig. 8 and what SemSim* predicts with (Eq. 2).
_base_ = [
    '../_base_/models/deeplabv3plus_mobilenetv2.py',
    '../_base_/datasets/city_pair.py',
    '../_base_/schedules/semsim.py',
    '../_base_/default_runtime.py',
]
train_dataloader = dict(
    sampler=dict(type='SourceSampler'), dataset=dict(source=_base_.source_train))
val_dataloader = dict(dataset=_base_.target_val)
test_dataloader = dict(dataset=_base_.target_val)
