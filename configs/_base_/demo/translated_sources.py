# The stand-ins are not translated.
_base_ = './multi_source.py'
train_dataloader = dict(
    dataset=dict(source=dict(data_prefix=dict(img_path='img_dir/train'))))
