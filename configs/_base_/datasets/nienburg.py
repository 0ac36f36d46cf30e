_base_ = './shared/city.py'
train = dict(type='NienburgCityDataset', data_root='data/nienburg')
val = dict(type='NienburgCityDataset', data_root='data/nienburg')
