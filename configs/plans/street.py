# Synthetic streets to Cityscapes: methods of AdaptSegNet's and ADVENT's tables.
_methods = dict(
    adaptsegnet=('source-only', 'adaptsegnet-single', 'adaptsegnet-multi'),
    advent=('minent', 'advent'),
    clan=('clan',),
    maximum_squares=('maximum-squares', 'maximum-squares-iw'),
)

methods = {
    name: dict(config=f'mmuda::{folder}/{name}_gta5_cityscapes.py')
    for folder, names in _methods.items()
    for name in names
}
pairs = [('gta5', 'cityscapes'), ('synthia', 'cityscapes')]
seeds = [0, 1, 2]
tables = [
    dict(title='Streets', columns='classes', control='source-only'),
    dict(title='Streets', columns='pairs', control='source-only'),
]
