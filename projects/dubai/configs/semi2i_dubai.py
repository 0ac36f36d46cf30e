# SemI2I.
_base_ = ['mmuda::semi2i/semi2i_hannover_vaihingen.py', './_base_/images.py']
train_dataloader = dict(
    batch_size=2,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        source=dict(_delete_=True, **_base_.dubai_source_images),
        target=dict(_delete_=True, **_base_.dubai_target_images),
    ),
)
# As wide and as long as `--demo` has it, for a CPU. On a GPU leave these lines out.
model = _base_.demo.model
train_cfg = _base_.demo.train_cfg
param_scheduler = _base_.demo.param_scheduler
