# The model f^S: trained on the source, tested on the target. It is the baseline of
# Fig. 8 and what SemSim* predicts with (Eq. 2).
_base_ = [
    '../_base_/models/deeplabv3plus_mobilenetv2.py', '../_base_/schedules/semsim.py',
    '../_base_/default_runtime.py'
]
source, target = 'hannover', 'vaihingen'
train_dataloader = dict(sampler=dict(type='SourceSampler'))
demo = '../_base_/demo/semsim.py'
