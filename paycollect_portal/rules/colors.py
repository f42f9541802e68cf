# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether people can read a text in these colors (WCAG 2.2, 1.4.3)."""

BLACK, WHITE = "#000000", "#FFFFFF"
LEAST = 4.5


def is_readable(text, background):
    """
    >>> is_readable("#FFFFFF", "#1D4E79"), is_readable("#F2A33A", "#FFFFFF")
    (True, False)
    >>> is_readable("red", "#FFFFFF")
    False
    """
    lights = [_get_luminance(color) for color in (text, background)]
    if None in lights:
        return False
    return (max(lights) + 0.05) / (min(lights) + 0.05) >= LEAST


def _get_luminance(color):
    """Return the relative luminance of #RRGGBB, or None if it isn't that."""
    digits = color.lstrip("#")
    try:
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    except ValueError:
        return None
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
