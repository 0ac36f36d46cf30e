_base_ = './shared/city.py'
train = dict(type='PotsdamCityDataset', data_root='data/potsdam')
val = dict(type='PotsdamCityDataset', data_root='data/potsdam')
