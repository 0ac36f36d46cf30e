# DAFormer's network trained on the source, no adaptation: any pair of cities.
_base_ = '../_base_/methods/daformer_source_only.py'
source, target = 'hannover', 'vaihingen'
