# SemI2I's U-net, trained on the source (Sect. 3).
_base_ = [
    '../models/unet.py', '../schedules/semi2i.py', '../default_runtime.py'
]
train_dataloader = dict(sampler=dict(type='SourceSampler'))
demo = '../demo/unet.py'
