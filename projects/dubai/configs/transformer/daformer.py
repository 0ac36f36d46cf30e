# DAFormer, from that source model.
_base_ = 'mmuda::daformer/daformer_hannover_vaihingen.py'
source, target = 'hannover', 'vaihingen'
source_model = './source-only.py'
demo = './size.py'
