# Control: the schedule of DACS on the source alone. Images of the target pass for the
# statistics of batch normalisation: what a method gains beyond this row is its own.
_base_ = '../_base_/methods/dacs.py'
source, target = 'hannover', 'vaihingen'
adaptor = dict(
    objectives=dict(
        _delete_=True, supervision=dict(type='Supervision', phase='segmentor')))
demo = '../_base_/demo/dacs.py'
