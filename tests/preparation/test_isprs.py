import runpy
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import from_origin

from mmuda.datasets.city import CLASSES, CityDataset
from mmuda.datasets.rasters import encode_geotiff
from mmuda.preparation.isprs import (
    POTSDAM_TILES,
    VAIHINGEN_AREAS,
    decode_colours,
    draw_potsdam_tiles,
    potsdam_scenes,
    vaihingen_scenes,
)

TOOLS = Path(__file__).parents[2] / 'tools' / 'dataset_converters'
WHITE, BLUE, CYAN = (255, 255, 255), (0, 0, 255), (0, 255, 255)
GREEN, YELLOW, RED, BLACK = (0, 255, 0), (255, 255, 0), (255, 0, 0), (0, 0, 0)
COLOURS = {
    'impervious_surface': WHITE,
    'building': BLUE,
    'low_vegetation': CYAN,
    'tree': GREEN,
    'car': YELLOW,
    'clutter': RED,
}


def image_of(number, side, **where):
    """Infrared, red and green that are the image's number times 1, 2 and 3."""
    pixels = np.full((side, side, 3), (number, 2 * number, 3 * number), np.uint8)
    return encode_geotiff(pixels, 'abc', **where)


def labels_of(colours, side):
    """Stripes of equal width from left to right."""
    row = np.repeat(np.array(colours, np.uint8), side // len(colours), axis=0)
    return encode_geotiff(np.broadcast_to(row, (side, side, 3)), 'abc')


def write_zip(file, members):
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def write_folder(folder, members):
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def vaihingen(root, write=write_zip, suffix='.zip', side=120):
    """Vaihingen as ISPRS hands it out, in small; areas 2 and 38 are for testing."""
    areas = [2, *VAIHINGEN_AREAS, 38]
    stem = 'top_mosaic_09cm_area'
    complete = labels_of([*COLOURS.values()], side)
    eroded = labels_of([WHITE, BLUE, CYAN, GREEN, YELLOW, BLACK], side)
    write(
        root / f'ISPRS_semantic_labeling_Vaihingen{suffix}',
        {f'top/{stem}{a}.tif': image_of(a, side) for a in areas}
        | {f'dsm/dsm_09cm_matching_area{a}.tif': b'unused' for a in areas}
        | {f'gts_for_participants/{stem}{a}.tif': complete for a in VAIHINGEN_AREAS},
    )
    write(
        root
        / f'ISPRS_semantic_labeling_Vaihingen_ground_truth_eroded_COMPLETE{suffix}',
        {f'{stem}{a}_noBoundary.tif': eroded for a in areas},
    )
    return root


def potsdam(root, write=write_zip, suffix='.zip', side=48):
    """Potsdam as ISPRS hands it out, in small."""
    tiles = [*POTSDAM_TILES, '2_13']
    where = {
        'crs': CRS.from_epsg(25833),
        'transform': from_origin(366_676, 5_808_285, 0.05, 0.05),
    }
    good, broken = labels_of([WHITE, RED], side), labels_of([(252, 255, 0)], side)
    write(
        root / f'3_Ortho_IRRG{suffix}',
        {
            f'3_Ortho_IRRG/top_potsdam_{tile}_IRRG.tif': image_of(i, side, **where)
            for i, tile in enumerate(tiles)
        },
    )
    write(
        root / f'5_Labels_all{suffix}',
        {
            f'top_potsdam_{tile}_label.tif': broken if tile in ('4_12', '6_7') else good
            for tile in tiles
        },
    )
    write(
        root / f'5_Labels_for_participants{suffix}',
        {f'top_potsdam_{tile}_label.tif': good for tile in POTSDAM_TILES},
    )
    return root


def test_colours_are_the_classes():
    pixels = np.array([[*COLOURS.values(), BLACK]], np.uint8)
    ids = decode_colours(pixels, 'a.tif', black_is_ignored=True)[0]
    named = dict(zip(COLOURS, ids[:6].tolist(), strict=True))
    assert named == dict(zip(CLASSES, range(6), strict=True))
    assert ids[6] == 255
    palette = dict(zip(CLASSES, CityDataset.METAINFO['palette'], strict=True))
    assert {name: tuple(colour) for name, colour in palette.items()} == COLOURS


def test_rare_unknown_colours_are_ignored():
    pixels = np.zeros((100, 100, 3), np.uint8) + np.array(GREEN, np.uint8)
    pixels[7, :10] = (0, 254, 0)
    labels = decode_colours(pixels, 'a.tif')
    assert (labels[7, :10] == 255).all()
    assert (labels == 3).sum() == 9990


def test_rejects_unknown_colours():
    pixels = np.zeros((100, 100, 3), np.uint8) + np.array(GREEN, np.uint8)
    pixels[7, :11], pixels[8, 0] = (1, 254, 3), (9, 9, 9)
    expected = (
        r'a\.tif: RGB colour \(1, 254, 3\) at 11 of 10000 pixels is none of the six '
        r'ISPRS label colours \(12 pixels of 2 unknown colours'
    )
    with pytest.raises(ValueError, match=expected):
        decode_colours(pixels, 'a.tif')
    with pytest.raises(ValueError, match=r'colour \(0, 0, 0\) at 10000'):
        decode_colours(pixels * 0, 'a.tif')


@pytest.mark.parametrize(
    ('write', 'suffix'),
    [(write_zip, '.zip'), (write_folder, '')],
    ids=['zip', 'folder'],
)
def test_vaihingen(tmp_path, write, suffix):
    scenes = vaihingen_scenes([vaihingen(tmp_path, write, suffix)])
    assert list(scenes) == [f'vaihingen_{area}' for area in VAIHINGEN_AREAS]
    assert len(scenes) == 16
    scene = scenes['vaihingen_37']()
    assert (scene.bands, scene.gsd_m) == (('nir', 'red', 'green'), 0.2)
    assert scene.image.shape == (54, 54, 3)  # 120 pixels of 9 cm
    assert (scene.image == (37, 74, 111)).all()
    assert scene.labels[:, 4::9].tolist() == [[0, 1, 2, 3, 4, 5]] * 54
    assert scene.transform is None


def test_vaihingen_eroded(tmp_path):
    scene = vaihingen_scenes([vaihingen(tmp_path)], eroded=True)['vaihingen_1']()
    assert scene.labels[0, 4::9].tolist() == [0, 1, 2, 3, 4, 255]


def test_vaihingen_zips_by_name(tmp_path):
    zips = sorted(vaihingen(tmp_path).glob('*.zip'))
    assert len(vaihingen_scenes(zips[:1])) == 16


@pytest.mark.parametrize(
    ('write', 'suffix'),
    [(write_zip, '.zip'), (write_folder, '')],
    ids=['zip', 'folder'],
)
def test_potsdam(tmp_path, write, suffix):
    potsdam(tmp_path, write, suffix)
    seen = {}
    for seed in range(8):
        scenes = potsdam_scenes([tmp_path], seed=seed)
        assert len(scenes) == 16
        seen |= scenes
    # Labels of the tiles that are broken in 5_Labels_all come from elsewhere.
    assert {'potsdam_4_12', 'potsdam_6_7'} < set(seen)
    for name in ('potsdam_4_12', 'potsdam_6_7', 'potsdam_2_10'):
        scene = seen[name]()
        number = POTSDAM_TILES.index(name.removeprefix('potsdam_'))
        assert (scene.image == (number, 2 * number, 3 * number)).all()
        assert scene.labels.tolist() == [[0] * 6 + [5] * 6] * 12  # 48 pixels of 5 cm
        assert scene.crs == CRS.from_epsg(25833)
        corner = from_origin(366_676, 5_808_285, 0.2, 0.2)
        assert scene.transform.almost_equals(corner)


def test_potsdam_tiles_are_drawn_by_seed():
    assert len(set(POTSDAM_TILES)) == 24
    drawn = [draw_potsdam_tiles(seed) for seed in range(10)]
    assert draw_potsdam_tiles(0) == drawn[0]
    assert len({tuple(tiles) for tiles in drawn}) == 10
    assert set().union(*drawn) == set(POTSDAM_TILES)
    assert all(len(set(tiles)) == 16 for tiles in drawn)


def test_rejects_missing_files(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere: no such folder or zip'):
        vaihingen_scenes([tmp_path / 'nowhere'])
    expected = (
        r'top_mosaic_09cm_area1\.tif \(part of ISPRS_semantic_labeling_Vaihingen, '
        rf'folder top\) not found in {tmp_path}$'
    )
    with pytest.raises(FileNotFoundError, match=expected):
        vaihingen_scenes([tmp_path])
    vaihingen(tmp_path)
    next(tmp_path.glob('*eroded*')).unlink()
    with pytest.raises(FileNotFoundError, match=r'area1_noBoundary.*_eroded_'):
        vaihingen_scenes([tmp_path], eroded=True)


def test_potsdam_rejects_missing_labels_for_participants(tmp_path):
    potsdam(tmp_path)
    (tmp_path / '5_Labels_for_participants.zip').unlink()
    seed = next(s for s in range(9) if '6_7' in draw_potsdam_tiles(s))
    expected = 'part of 5_Labels_for_participants; the one in 5_Labels_all is broken'
    with pytest.raises(FileNotFoundError, match=expected):
        potsdam_scenes([tmp_path], seed=seed)


def test_rejects_a_zip_in_a_zip(tmp_path):
    potsdam(tmp_path / 'inner')
    inner = {
        f'Potsdam/{f.name}': f.read_bytes() for f in (tmp_path / 'inner').iterdir()
    }
    write_zip(tmp_path / 'Potsdam.zip', inner)
    with pytest.raises(FileNotFoundError, match=r'Potsdam\.zip/.*a zip in a zip'):
        potsdam_scenes([tmp_path / 'Potsdam.zip'])


def test_rejects_a_broken_zip(tmp_path):
    (tmp_path / 'a.zip').write_bytes(b'half')
    with pytest.raises(ValueError, match=r'a\.zip: neither a folder nor'):
        vaihingen_scenes([tmp_path])


def test_rejects_an_encrypted_zip(tmp_path):
    vaihingen(tmp_path)
    file = next(tmp_path.rglob('*.zip'))
    content = bytearray(file.read_bytes())
    for signature, flags in ((b'PK\x03\x04', 6), (b'PK\x01\x02', 8)):
        content[content.find(signature) + flags] |= 1
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r'is encrypted; unpack the zip'):
        list(vaihingen_scenes([tmp_path]))


def test_rejects_labels_of_another_size(tmp_path):
    folder = vaihingen(tmp_path, write_folder, '') / 'ISPRS_semantic_labeling_Vaihingen'
    file = folder / 'gts_for_participants' / 'top_mosaic_09cm_area1.tif'
    file.write_bytes(labels_of([RED], 60))
    scene = vaihingen_scenes([tmp_path])['vaihingen_1']
    with pytest.raises(
        ValueError, match=r'area1\.tif: labels of \(60, 60\) .*120, 120'
    ):
        scene()


def test_rejects_an_image_of_another_type(tmp_path):
    folder = vaihingen(tmp_path, write_folder, '') / 'ISPRS_semantic_labeling_Vaihingen'
    pixels = np.zeros((120, 120, 3), np.uint16)
    (folder / 'top/top_mosaic_09cm_area1.tif').write_bytes(
        encode_geotiff(pixels, 'abc')
    )
    scene = vaihingen_scenes([tmp_path])['vaihingen_1']
    with pytest.raises(ValueError, match=r'area1\.tif: 3 bands of uint16, expected'):
        scene()


def run_tool(monkeypatch, name, *arguments):
    monkeypatch.setattr(sys, 'argv', [name, *map(str, arguments)])
    runpy.run_path(str(TOOLS / name), run_name='__main__')


@pytest.mark.parametrize(
    ('city', 'make'), [('vaihingen', vaihingen), ('potsdam', potsdam)]
)
def test_tool(tmp_path, monkeypatch, city, make):
    raw, out = make(tmp_path / 'raw'), tmp_path / 'out'
    options = ['--out', out, '--patches-per-image', 2, '--size', 8, '--seed', 1]
    run_tool(monkeypatch, f'{city}.py', raw, *options)
    assert (out / 'manifest.json').is_file()
    assert len(list((out / 'img_dir' / 'train').iterdir())) == 20
    assert len(list((out / 'scenes').iterdir())) == 32


def test_tool_keeps_eroded_labels_apart(tmp_path, monkeypatch, capsys):
    raw = vaihingen(tmp_path / 'raw')
    options = [raw, '--patches-per-image', 1, '--size', 8, '--out', tmp_path / 'out']
    run_tool(monkeypatch, 'vaihingen.py', *options)
    with pytest.raises(SystemExit, match='2'):
        run_tool(monkeypatch, 'vaihingen.py', *options, '--eroded')
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert "asked for name 'vaihingen-eroded': choose another folder" in error


def test_tool_reports_errors_in_one_line(tmp_path, monkeypatch, capsys):
    with pytest.raises(SystemExit, match='2'):
        run_tool(monkeypatch, 'vaihingen.py', tmp_path)
    error = capsys.readouterr().err
    assert error.startswith('error: top_mosaic_09cm_area1.tif (part of ')
    assert error.count('\n') == 1
