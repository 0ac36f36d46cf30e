# Table 1 of SemI2I.
_unet = 'mmuda::semi2i/unet_{}_hannover_vaihingen.py'.format
_adaptsegnet = 'mmuda::adaptsegnet/adaptsegnet-{}_hannover_vaihingen.py'.format

methods = {
    'U-net': dict(config=_unet('source-only')),
    'AdaptSegNet single': dict(config=_adaptsegnet('single')),
    'AdaptSegNet multi': dict(config=_adaptsegnet('multi')),
    'CycleGAN': dict(config=_unet('cyclegan')),
    'UNIT': dict(config=_unet('unit')),
    'MUNIT': dict(config=_unet('munit')),
    'DRIT': dict(config=_unet('drit')),
    'Gray world': dict(config=_unet('gray-world')),
    'Histogram matching': dict(config=_unet('histogram-matching')),
    'ColorMapGAN': dict(config=_unet('colormapgan')),
    'SemI2I': dict(config=_unet('semi2i')),
}
seeds = [0, 1, 2]
tables = [dict(title='Table 1 of SemI2I', columns='classes', control='U-net')]
