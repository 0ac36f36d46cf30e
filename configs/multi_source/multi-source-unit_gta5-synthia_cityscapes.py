# With pixel-level adaptation before it (Sect. 3.1): the images of both sources were
# translated to the style of Cityscapes, for instance by UNIT, into the folder named
# here, of each source; names of files and labels stay. The published figure, 44.5,
# merges the two branches without S-All.
_base_ = '../_base_/methods/multi_source.py'
source, target = ['gta5', 'synthia'], 'cityscapes'
train_dataloader = dict(
    dataset=dict(
        source=dict(data_prefix=dict(img_path='translated/unit_cityscapes/train'))))
demo = '../_base_/demo/translated_sources.py'
