# ORACLE: trained with the labels of the target, the upper end of the table (Table 2).
_base_ = './source-only_hannover_vaihingen.py'
trains_on = 'target'
