# LSD: Tables 2 to 4, SYNTHIA and GTA5 to Cityscapes.
_lsd = 'mmuda::lsd/{}_cityscapes.py'.format

methods = {
    'source-only': dict(config=_lsd('source-only_synthia')),
    'LSD': dict(config=_lsd('lsd_synthia')),
    'target-only': dict(config=_lsd('target-only_synthia')),
    'GTA5 source-only': dict(config=_lsd('source-only_gta5')),
    'GTA5 LSD': dict(config=_lsd('lsd_gta5')),
    'GTA5 target-only': dict(config=_lsd('target-only_gta5')),
    '640 x 320 source-only': dict(config=_lsd('source-only_640x320_synthia')),
    '640 x 320 LSD': dict(config=_lsd('lsd_640x320_synthia')),
    '512 x 256 source-only': dict(config=_lsd('source-only_512x256_synthia')),
    '512 x 256 LSD': dict(config=_lsd('lsd_512x256_synthia')),
    'feature space': dict(config=_lsd('lsd-feature-space_synthia')),
    'no patch discriminator': dict(config=_lsd('lsd-no-patch_synthia')),
    'no auxiliary loss': dict(config=_lsd('lsd-no-auxiliary_synthia')),
}
seeds = [0, 1, 2]
_sizes = [f'{size} {name}' for size in ('512 x 256', '640 x 320')
          for name in ('source-only', 'LSD')]
_640 = ['640 x 320 source-only', '640 x 320 LSD']
_parts = ['feature space', 'no patch discriminator', 'no auxiliary loss']
tables = [
    dict(
        title='Table 2a of LSD',
        methods=['source-only', 'LSD', 'target-only'],
        columns='classes',
        control='source-only'),
    dict(
        title='Table 2b of LSD',
        methods=['GTA5 source-only', 'GTA5 LSD', 'GTA5 target-only'],
        columns='classes',
        control='GTA5 source-only'),
    dict(title='Table 3 of LSD', methods=[*_sizes, 'source-only', 'LSD']),
    dict(title='Table 4 of LSD', methods=[*_640, *_parts], control=_640[0]),
]
