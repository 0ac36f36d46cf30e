# With pixel-level adaptation before it (Sect. 3.1): the images of both sources were
# translated to the style of Cityscapes, for instance by UNIT, into the folders named
# here; names of files and labels stay.
_base_ = './multi-source_gta5-synthia_cityscapes.py'
translated = dict(
    gta5='translated/unit_cityscapes/train', synthia='translated/unit_cityscapes/train')
source_train = [
    dict(
        _base_.street_train[name],
        data_prefix=dict(
            img_path=folder, seg_map_path='ann_dir/train'))
    for name, folder in translated.items()
]
train_dataloader = dict(dataset=dict(source=source_train))
# The published figure, 44.5, merges the two branches without S-All.
# The stand-ins of `--demo` are not translated.
demo = dict(
    train_dataloader=dict(
        dataset=dict(
            source=[_base_.street_train.gta5, _base_.street_train.synthia])))
