# Histogram matching by band.
_base_ = ['mmuda::_base_/schedules/fit.py', './_base_/images.py']
model = dict(type='HistogramMatching', bands=3)
train_dataloader = dict(
    num_workers=0,
    dataset=dict(source=_base_.dubai_source_images, target=_base_.dubai_target_images),
)
