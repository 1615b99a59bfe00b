"""Take the documentation's pictures of the page: ``python docs/take_pictures.py``.

A headless browser takes them from the running page, so they show what readers see.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tests.app.browser import Visit, browsing, serving  # noqa: E402

PICTURES = HERE / "pictures"
LARGEST = 400_000
"""Maximum size of a picture in bytes."""

CLUSTER = "scenario=mid_sized_town&intervention=transition_cluster&seed=1"


def shoot(page: Visit, name: str, section: str = "") -> None:
    """Take a picture of the visible part, or of the section with a heading."""
    page.page.mouse.move(0, 0)
    path = PICTURES / f"{name}.png"
    if section:
        # The bar that stays on screen would cover the section.
        page.page.evaluate("document.querySelector('.transport').style.position = 'static'")
        page.page.locator(f"section:has(#{section})").screenshot(path=path)
    else:
        page.page.screenshot(path=path)
    assert path.stat().st_size < LARGEST, path


def main() -> None:
    size = {"width": 1280, "height": 860}
    with serving() as address, browsing() as browser:

        def visit(chosen: str, **more: Any) -> Visit:
            page = Visit(browser, address, f"{CLUSTER}&{chosen}", viewport=size, **more)
            page.until("Number(document.body.dataset.replicated) > 0")
            return page

        page = visit("month=0")
        shoot(page, "page_start")
        page.close()

        page = visit("month=180")
        shoot(page, "page")
        shoot(page, "page_why", "why-head")
        page.page.locator("#town").hover()
        page.until("document.querySelector('#cell').textContent.startsWith('Row')")
        page.page.locator("section:has(#maps-head)").screenshot(path=PICTURES / "page_maps.png")
        page.close()

        page = visit("month=180&layer=projects&cluster_funding=120000")
        shoot(page, "page_changed", "answer-head")
        shoot(page, "page_differs", "differs-head")
        shoot(page, "page_bands", "charts-head")
        page.close()

        page = visit("month=180&lang=fr", color_scheme="dark")
        shoot(page, "page_fr")
        page.close()


if __name__ == "__main__":
    main()
