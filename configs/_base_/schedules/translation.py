# How translators are trained: one patch of each domain an iteration, each source
# patch with another random target patch in every pass; no labels, no validation.
_base_ = '../default_runtime.py'
train_pipeline = [
    dict(type='LoadRaster'),
    # Smaller patches stay as they are.
    dict(type='RandomCrop', crop_size=(256, 256)),
    dict(type='PackRaster'),
]
train_dataloader = dict(
    batch_size=2,  # it counts images: one of each domain
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='PairedSampler'),
    dataset=dict(type='DomainConcatDataset'))
val_dataloader = val_cfg = val_evaluator = None
test_dataloader = test_cfg = test_evaluator = None
default_hooks = dict(
    # Without them there would be seams between the tiles of a scene.
    moments=dict(type='DomainMomentsHook'),
    pictures=dict(type='TranslationGridHook'))
