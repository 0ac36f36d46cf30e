"""Figures as inline SVG: text that a page holds, in the colours of its theme."""

import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

COLOURS = (
    *('#4477aa', '#ee6677', '#228833', '#b8860b', '#66ccee', '#aa3377'),
    *('#888888', '#e07b39', '#5e4fa2', '#009988'),
)
Curve = tuple[Sequence[float], Sequence[float], Sequence[float], Sequence[float]]
Points = tuple[Sequence[float], Sequence[float]]


def line_chart(
    curves: dict[str, Curve],
    order: Sequence[str],
    x_label: str,
    y_label: str,
    size: tuple[int, int] = (620, 300),
) -> str:
    """Curves with bands.

    Args:
        curves: By name: x, y, and the lower and upper edge of the band.
        order: Of all names of the page, which decides the colours.
        x_label: Below.
        y_label: Above the axis.
        size: Width and height.
    """
    width, height = size
    left, right, top, bottom = 48, 10, 22, 34
    xs = np.concatenate([np.asarray(c[0], float) for c in curves.values()])
    ys = np.concatenate([np.asarray(e, float) for c in curves.values() for e in c[2:]])
    x_ticks, y_ticks = _ticks(xs.min(), xs.max()), _ticks(ys.min(), ys.max())

    def x_of(value: float) -> float:
        share = (value - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        return left + share * (width - left - right)

    def y_of(value: float) -> float:
        share = (value - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return height - bottom - share * (height - top - bottom)

    parts = [
        *(_grid_line(left, width - right, y_of(t), f'{t:g}') for t in y_ticks),
        *(_text(x_of(t), height - bottom + 14, f'{t:g}', 'middle') for t in x_ticks),
        _text(left, 12, y_label, 'start'),
        _text((left + width) / 2, height - 4, x_label, 'middle'),
    ]
    for name, curve in curves.items():
        colour = colour_of(name, order)
        dash = ' stroke-dasharray="5 3"' if order.index(name) >= len(COLOURS) else ''
        x, y, low, high = curve
        upper = [(x_of(a), y_of(b)) for a, b in zip(x, high, strict=True)]
        lower = [(x_of(a), y_of(b)) for a, b in zip(x, low, strict=True)]
        line = [(x_of(a), y_of(b)) for a, b in zip(x, y, strict=True)]
        parts.append(
            f'<polygon points="{_points([*upper, *lower[::-1]])}" fill="{colour}" '
            'opacity=".18"/>'
            f'<polyline points="{_points(line)}" fill="none" stroke="{colour}" '
            f'stroke-width="2"{dash}><title>{escape(name)}</title></polyline>'
        )
    return _svg(width, height, parts, f'{y_label} by {x_label}')


def heat_map(
    values: np.ndarray, rows: Sequence[str], columns: Sequence[str], label: str
) -> str:
    """Percentages as a grid of coloured cells with their numbers.

    Args:
        values: From 0 to 100, (rows, columns); NaN cells are empty.
        rows: Names.
        columns: Names.
        label: Of the figure, for screen readers.
    """
    left = 16 + 6.6 * max(map(len, rows))
    longest = max(map(len, columns))  # turned by 40 degrees, up and to the right
    top, right = 20 + 4.6 * longest, max(40, 5 * longest - 18)
    cell = (46, 24)
    width, height = left + cell[0] * len(columns) + right, top + cell[1] * len(rows) + 4
    parts = []
    for j, column in enumerate(columns):
        x = left + cell[0] * (j + 0.5)
        turned = f' transform="rotate(-40 {x:.0f} {top - 6:.0f})"'
        parts.append(_text(x, top - 6, column, 'start', turned))
    for i, row in enumerate(rows):
        y = top + cell[1] * i
        parts.append(_text(left - 6, y + 16, row, 'end'))
        for j, column in enumerate(columns):
            value = values[i, j]
            if not math.isfinite(value):
                continue
            x = left + cell[0] * j
            ink = '#fff' if value > 55 else 'currentColor'
            parts.append(
                f'<rect x="{x:.0f}" y="{y}" width="{cell[0] - 2}" '
                f'height="{cell[1] - 2}" fill="#33689e" '
                f'fill-opacity="{max(value, 0) / 100:.2f}"><title>{escape(row)}, '
                f'{escape(column)}: {value:.2f}</title></rect>'
                f'<text x="{x + 22:.0f}" y="{y + 15}" text-anchor="middle" '
                f'style="fill:{ink}">{value:.1f}</text>'
            )
    return _svg(round(width), round(height), parts, label)


def bars(
    values: np.ndarray,
    rows: Sequence[str],
    order: Sequence[str],
    groups: Sequence[str],
    label: str,
) -> str:
    """Percentages as bars, one of each row in each group.

    Args:
        values: (rows, groups), not negative.
        rows: Names.
        order: Of all names of the page, which decides the colours.
        groups: Names below the bars.
        label: Above.
    """
    thick, gap, left, height = 9, 18, 40, 200
    step = max(thick * len(rows), 6.5 * max(map(len, groups))) + gap
    width = left + step * len(groups) + 10
    ticks = _ticks(0, float(np.nanmax(values)))
    scale = (height - 60) / ticks[-1]
    parts = [
        _grid_line(left, width - 10, height - 34 - t * scale, f'{t:g}') for t in ticks
    ]
    for j, group in enumerate(groups):
        start = left + step * j + gap / 2
        parts.append(_text(start, height - 18, group, 'start'))
        for i, row in enumerate(rows):
            tall = values[i, j] * scale
            parts.append(
                f'<rect x="{start + thick * i:.1f}" y="{height - 34 - tall:.1f}" '
                f'width="{thick - 1}" height="{tall:.1f}" '
                f'fill="{colour_of(row, order)}"><title>{escape(row)}, '
                f'{escape(group)}: {values[i, j]:.2f}</title></rect>'
            )
    parts.append(_text(left, 12, label, 'start'))
    return _svg(round(width), height, parts, label)


def scatters(
    panels: dict[str, dict[str, Points]],
    order: Sequence[str],
    y_label: str,
    columns: int = 4,
) -> str:
    """Panels of points, all with the same range of y and each with its own of x.

    Args:
        panels: By title: by name x and y of its points.
        order: Of all names of the page, which decides the colours.
        y_label: Of every panel, above the first.
        columns: Panels side by side.
    """
    width, height, top = 190, 150, 18
    ys = [y for panel in panels.values() for _, of in panel.values() for y in of]
    ticks = _ticks(min(ys), max(ys))
    parts = [_text(4, 12, y_label, 'start')]
    for number, (title, panel) in enumerate(panels.items()):
        row, column = divmod(number, columns)
        corner = (column * width, top + row * height)
        parts += _panel(title, panel, order, ticks, corner, (width, height))
    rows = -(-len(panels) // columns)
    wide = width * min(columns, len(panels))
    return _svg(wide, top + rows * height, parts, f'{y_label} by {", ".join(panels)}')


def _panel(
    title: str,
    panel: dict[str, Points],
    order: Sequence[str],
    ticks: Sequence[float],
    corner: tuple[int, int],
    size: tuple[int, int],
) -> list[str]:
    left, right = corner[0] + 34, corner[0] + size[0] - 12
    top, bottom = corner[1] + 20, corner[1] + size[1] - 22
    xs = [x for of, _ in panel.values() for x in of]
    low, high = (min(xs), max(xs)) if xs else (0, 1)
    parts = [_text((left + right) / 2, corner[1] + 12, title, 'middle')]

    def y_of(value: float) -> float:
        return bottom - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (bottom - top)

    parts += [_grid_line(left, right, y_of(t), f'{t:g}') for t in ticks]
    for at, value, anchor in ((left, low, 'start'), (right, high, 'end')):
        parts.append(_text(at, bottom + 14, f'{value:.3g}' if xs else '', anchor))
    for name, (x, y) in panel.items():
        for a, b in zip(x, y, strict=True):
            share = (a - low) / (high - low) if high > low else 0.5
            parts.append(
                f'<circle cx="{left + share * (right - left):.1f}" '
                f'cy="{y_of(b):.1f}" r="3.5" fill="{colour_of(name, order)}" '
                f'fill-opacity=".75"><title>{escape(name)}: {a:.4g}, {b:.1f}</title>'
                '</circle>'
            )
    return parts


def colour_of(name: str, order: Sequence[str]) -> str:
    """The colour of a name: the same in all figures with this order."""
    return COLOURS[order.index(name) % len(COLOURS)]


def legend(names: Sequence[str], order: Sequence[str]) -> str:
    """Names with their colours."""
    return swatches((name, colour_of(name, order)) for name in names)


def swatches(entries: Iterable[tuple[str, str]]) -> str:
    """Names with colours, as CSS writes them."""
    spans = (
        f'<span class="entry"><span class="swatch" style="background:{colour}">'
        f'</span>{escape(name)}</span>'
        for name, colour in entries
    )
    return f'<p class="legend">{"".join(spans)}</p>'


def _svg(width: int, height: int, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)


def _text(x: float, y: float, text: str, anchor: str, more: str = '') -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{more}>'
        f'{escape(text)}</text>'
    )


def _grid_line(left: float, right: float, y: float, text: str) -> str:
    return (
        f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
        + _text(left - 5, y + 4, text, 'end')
    )


def _ticks(low: float, high: float) -> list[float]:
    """Four or so round numbers around a range."""
    if high <= low:
        high = low + 1
    raw = (high - low) / 4
    power = 10 ** math.floor(math.log10(raw))
    step = min(s for s in (power, 2 * power, 5 * power, 10 * power) if s >= raw)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(n * step, 10) for n in range(first, last + 1)]
