# Inherits a method of mmuda, with a discriminator and datasets of this project.
_base_ = 'mmuda::semsim/dann_hannover_vaihingen.py'
custom_imports = dict(imports=['example'])

village_a = dict(
    _delete_=True,
    type='VillageDataset',
    data_root='{{$VILLAGES:data}}/a',
    img_suffix='.tif',
    data_prefix=dict(img_path='images', seg_map_path='labels'),
    pipeline=[
        dict(type='LoadRaster'),
        dict(type='LoadLabels'),
        dict(type='PackSegInputs'),
    ],
)
village_b = dict(
    _delete_=True,
    type='VillageDataset',
    data_root='{{$VILLAGES:data}}/b',
    img_suffix='.tif',
    data_prefix=dict(img_path='images'),
    pipeline=[dict(type='LoadRaster'), dict(type='PackSegInputs')],
)

model = dict(
    objectives=dict(
        alignment=dict(
            discriminator=dict(
                _delete_=True, type='PatchDiscriminator', in_channels=256
            )
        )
    )
)
# Random partners, others in every pass: no mapping is needed.
train_dataloader = dict(
    sampler=dict(mapping=None, subset=None),
    dataset=dict(source=village_a, target=village_b),
)
val_dataloader = None
val_cfg = None
val_evaluator = None
