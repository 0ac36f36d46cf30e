# DANN on features, pairs of the Approximation strategy.
_base_ = './dann-random.py'
pairing = dict(strategy='approximation', tap='decode_head.bottleneck')
