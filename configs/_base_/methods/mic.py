# MIC (Hoyer et al. 2023) on DAFormer: what is hidden in images of the target is to be
# understood by its context.
_base_ = './daformer.py'
source_model = '../../daformer/source-only_hannover_vaihingen.py'

adaptor = dict(
    objectives=dict(
        masked=dict(
            type='MaskedConsistency',
            ratio=0.7,  # r, Sect. 4.1
            block=64,  # b
            loss_weight=1.0)))  # lambda_M
