# Inherits a method of mmuda, with a discriminator and data sets of this project.
_base_ = 'mmuda::semsim/dann_hannover_vaihingen.py'
custom_imports = dict(imports=['example'])

village = dict(
    type='VillageDataset',
    img_suffix='.tif',
    data_prefix=dict(img_path='images', seg_map_path='labels'),
    pipeline=[
        dict(type='LoadRaster'),
        dict(type='LoadLabels'),
        dict(type='PackSegInputs'),
    ],
)
# Labels of the target are never looked for. With --demo a made-up city stands in.
datasets = dict(
    village_a=dict(
        train=dict(village, data_root='{{$VILLAGES:data}}/a'), stand_in='potsdam'
    ),
    village_b=dict(
        train=dict(village, data_root='{{$VILLAGES:data}}/b'), stand_in='nienburg'
    ),
)
source, target = 'village_a', 'village_b'

discriminator = dict(_delete_=True, type='PatchDiscriminator')
adaptor = dict(objectives=dict(alignment=dict(discriminator=discriminator)))
pairing = None  # random partners, others in every pass
train_dataloader = dict(sampler=dict(subset=None))
