# Multi-source adaptation at half the resolution (Sect. 4.1).
_base_ = './multi_source.py'
load, labels = dict(type='LoadRaster'), dict(type='LoadLabels')
resize = dict(type='Resize', scale_factor=0.5, keep_ratio=True)
pack = dict(type='PackRaster')
train_pipeline = [load, labels, resize, pack]
# Labels are loaded after resizing: the prediction is scaled up to their size.
test_pipeline = [load, resize, labels, pack]
del load, labels, resize, pack
