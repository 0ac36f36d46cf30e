_base_ = './multi_source_all.py'
all_sources = _base_.for_all_sources.adaptor.objectives
for_each_source = dict(
    adaptor=dict(
        objectives={
            'output_s{n}': all_sources.output_all,
            'feature_s{n}': all_sources.feature_all,
        }))
del all_sources
