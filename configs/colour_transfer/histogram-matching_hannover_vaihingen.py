# Histogram matching by band (a row of SemI2I's Table 1), over whole domains.
_base_ = [
    '../_base_/datasets/city_pair.py',
    '../_base_/schedules/fit.py',
]
model = dict(type='HistogramMatching', bands=3)
train_dataloader = dict(
    dataset=dict(
        source=_base_.source_train_unlabelled,
        target=_base_.target_train_unlabelled))
