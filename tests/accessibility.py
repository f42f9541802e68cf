# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What keeps people from using a page: rules of WCAG 2.2 AA, and its width."""

from axe_playwright_python.base import AXE_SCRIPT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WORST = ("serious", "critical")
RUN = """
tags => axe.run({runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})
"""
WIDEST = """
width => [...document.querySelectorAll("body *")]
    .filter(el => el.getClientRects().length
        && !el.matches("[class*='visually-hidden']")
        && (el.getBoundingClientRect().right > width + 1
            || el.getBoundingClientRect().left < -1))
    .slice(0, 5).map(el => el.outerHTML.slice(0, 120))
"""


def find_barriers(page):
    """Return serious and critical violations, one line each."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN, TAGS)["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]}"
        for rule in found
        if rule["impact"] in WORST
        for node in rule["nodes"]
    ]


def find_overflow(page):
    """Return what makes the page scroll sideways, or nothing."""
    width = page.viewport_size["width"]  # innerWidth grows with what is too wide
    if page.evaluate("document.scrollingElement.scrollWidth") <= width:
        return []
    widest = page.evaluate(WIDEST, width)
    return [f"wider than the screen: {'; '.join(widest)}"] if widest else []
