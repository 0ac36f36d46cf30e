# CyCADA's image part, with its semantic-consistency loss: any pair of cities.
_base_ = '../cyclegan/cyclegan_hannover_vaihingen.py'
source, target = 'hannover', 'vaihingen'
model = dict(guidance=dict(type='SemanticConsistencyLoss'))
frozen_segmentor = '../adaptsegnet/source-only_hannover_vaihingen.py'
