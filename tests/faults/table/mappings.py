"""Mappings and their manifests."""

from table.commands import MAPPED
from table.row import Row
from table.spoiling import gone, manifest, mapping, text, without

MAPPINGS = (
    Row(MAPPED, 'a row missing', r'random\.csv', mapping(lambda rows: rows[:-1])),
    Row(
        MAPPED,
        'an unknown target',
        r"mapping is damaged: 'nobody\.tif'",
        mapping(lambda rows: [*rows[:-1], [rows[-1][0], '1', 'nobody.tif', '0']]),
    ),
    Row(MAPPED, 'a source twice', r'random\.csv', mapping(lambda r: [*r[:-1], r[1]])),
    Row(
        MAPPED,
        'a row too short',
        r'random\.csv',
        mapping(lambda r: [*r[:-1], r[-1][:2]]),
    ),
    Row(
        MAPPED,
        'another header',
        r'has columns',
        mapping(lambda rows: [['a'], *rows[1:]]),
    ),
    Row(
        MAPPED,
        'an empty mapping',
        r'random\.csv is damaged',
        text('maps/random.csv', ''),
    ),
    Row(
        MAPPED,
        'bytes for a mapping',
        r'random\.csv is damaged',
        text('maps/random.csv', b'\xff\xfe\0'),
    ),
    Row(
        MAPPED,
        'a manifest that is a list',
        r'random\.csv\.json is damaged',
        manifest(lambda _: [1]),
    ),
    Row(
        MAPPED,
        'a manifest without top_k',
        r'random\.csv is damaged',
        manifest(without('top_k')),
    ),
    Row(
        MAPPED,
        'a manifest without its images',
        r'random\.csv is damaged',
        manifest(without('source')),
    ),
    Row(
        MAPPED,
        'a manifest with top_k 0',
        r'random\.csv is damaged',
        manifest(lambda found: {**found, 'top_k': 0}),
    ),
    Row(
        MAPPED,
        'a manifest that is no JSON',
        r'random\.csv\.json is damaged',
        text('maps/random.csv.json', '{'),
    ),
    Row(
        MAPPED,
        'no manifest',
        r'random\.csv\.json does not exist',
        gone('maps/random.csv.json'),
    ),
)
