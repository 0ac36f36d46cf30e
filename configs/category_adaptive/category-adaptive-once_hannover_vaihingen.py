# One round of self-training, "SSL once" of Table 2: any pair of cities.
_base_ = '../_base_/methods/category_adaptive_ssl.py'
source, target = 'hannover', 'vaihingen'
pseudo_labels = dict(config='style_hannover_vaihingen.py')
rounds = 1
