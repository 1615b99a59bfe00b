"""Sentences of an import as the page says them: what to do in its fields or in the file itself.

On the command line the same sentences name options, which the page does not have.
"""

from __future__ import annotations

import re
from typing import Final

_REMEDIES: Final = tuple(
    (re.compile(there), here)
    for there, here in (
        (r"; say which with --columns (\w+)=NAME\.", r"; call the right one '\1' in the file."),
        (
            r" If one of them is it, say so with --columns NAME=ITS_NAME\.",
            " If one of them is it, give it a usual name in the file.",
        ),
        (
            r"; if another one has them, say so with --columns ind=ITS_NAME\.",
            "; if another one has them, call it 'ind' in the file.",
        ),
        (
            r"; if other columns hold them, say so with --columns lon=ITS_NAME,lat=ITS_NAME\.",
            "; if other columns hold them, call these 'lon' and 'lat' in the file.",
        ),
        (
            r"; keep a part of it \(--around, --radius\)\.",
            "; say which communes to keep, or cut the place out of the file.",
        ),
        (r"; keep a part of it with --around and --radius\.", "; cut the place out of the file."),
        (
            r"; use --around and --radius\.",
            "; name no communes, and cut the place out of the file.",
        ),
        (r"; choose one with --layer\.", "; keep only one of them in the file."),
        (
            r"; say what they are with --kinds FILE\.",
            "; write kinds in the file that are known, such as 'bakery' or 'restaurant'.",
        ),
        (r"^--vacancy and --vacancy-file need .*", "a share of vacant premises needs the shops."),
        (r"^--vacancy [\d.]+: ", "the share of vacant premises is too low: "),
    )
)


def on_page(sentence: str) -> str:
    """Return a sentence of an import with what to do on the page.

    Examples
    --------
    >>> on_page("a.gpkg has several layers of them: b, c; choose one with --layer.")
    'a.gpkg has several layers of them: b, c; keep only one of them in the file.'
    """
    for there, here in _REMEDIES:
        sentence = there.sub(here, sentence)
    return sentence
