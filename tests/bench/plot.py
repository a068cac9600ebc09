"""Writes a plot with logarithmic axes as SVG, without a library."""

from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 420, 320, 70, 50, 40


def panel(title, unit, points, offset):
    """Plots one measure against the number of users. The dashed line shows linear growth from the first point."""
    low_x, high_x = log10(points[0][0]), log10(points[-1][0])
    linear = [(points[0][0], points[0][1]), (points[-1][0], points[0][1] * points[-1][0] / points[0][0])]
    values = [value for _, value in points + linear]
    low_y, high_y = floor(log10(min(values))), ceil(log10(max(values)))

    def place(point):
        x, y = log10(point[0]), log10(point[1])
        return (
            offset + LEFT + (x - low_x) / (high_x - low_x) * (WIDTH - LEFT - 20),
            HEIGHT - BOTTOM - (y - low_y) / max(high_y - low_y, 1) * (HEIGHT - BOTTOM - TOP),
        )

    def line(ends, style):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, ends))
        return f'<polyline points="{path}" fill="none" {style}/>'

    def text(x, y, words, anchor="middle"):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'

    parts = [text(offset + LEFT + (WIDTH - LEFT - 20) / 2, 20, f"{title}, {unit}")]
    for power in range(low_y, high_y + 1):
        left, right = ((points[0][0], 10**power), (points[-1][0], 10**power))
        parts.append(line([left, right], 'stroke="#ddd"'))
        parts.append(text(place(left)[0] - 8, place(left)[1] + 4, f"{10**power:g}", "end"))
    parts.append(line(linear, 'stroke="#888" stroke-dasharray="6 4"'))
    parts.append(line(points, 'stroke="#06c" stroke-width="2"'))
    for users, value in points:
        x, y = place((users, value))
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#06c"><title>{users:,} users: {value:.4g} {unit}</title></circle>')
        parts.append(text(x, HEIGHT - BOTTOM + 20, f"{users:,}"))
    parts.append(text(offset + LEFT + (WIDTH - LEFT - 20) / 2, HEIGHT - 8, "users (dashed: linear growth)"))
    return parts


def write(path, measures):
    """Writes the panels side by side. Each measure is (title, unit, points)."""
    parts = [part for number, measure in enumerate(measures) for part in panel(*measure, offset=number * WIDTH)]
    width = WIDTH * len(measures)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif" font-size="12">'
    ground = f'<rect width="{width}" height="{HEIGHT}" fill="white"/>'
    path.write_text("\n".join([head, ground, *parts, "</svg>\n"]), encoding="utf-8")
