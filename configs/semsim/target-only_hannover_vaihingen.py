# ORACLE: trained with the labels of the target, the upper end of the table (Table 2).
_base_ = './source-only_hannover_vaihingen.py'
train_dataloader = dict(
    dataset=dict(source=dict(_delete_=True, **_base_.target_train_labelled)))

oracle = True
