"""The section of maps: before, after and the difference, with the same limits for all arms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.measures.map_layers import LAYERS
from sim.report.blocks import Block, Gallery, Paragraph, Section, Subhead, Tile
from sim.report.facts import Facts
from sim.report.map_tiles import Ground, draw_difference, draw_layer
from sim.report.readings import LayerMaps
from sim.words.catalogue import Words

__all__ = ["map_section"]

Floats = npt.NDArray[np.float64]


def map_section(facts: Facts, words: Words) -> Section:
    """A row of maps for each layer."""
    ground = facts.ground
    if ground is None:
        return Section("maps", words("section.maps"), [Paragraph(words("maps.missing"))])
    blocks: list[Block] = [Paragraph(words("maps.intro"))]
    for layer in facts.layers:
        declared = LAYERS[layer]
        unit = words.unit(declared.unit)
        head = words("maps.layer", layer=declared.label[words.language], unit=unit)
        tiles = _row(facts, facts.maps(layer), ground, words)
        blocks += [Subhead(head), Gallery(tiles, columns=4 if len(tiles) == 4 else 3)]
    return Section("maps", words("section.maps"), blocks)


def _reach(differences: list[Floats]) -> float:
    """Limit of the colours of differences: a few cells beyond it must not blanch all others."""
    sizes = np.abs(np.concatenate([d[np.isfinite(d) & (d != 0)] for d in differences]))
    return float(np.quantile(sizes, 0.98)) if sizes.size else 0.0


def _row(facts: Facts, maps: LayerMaps, ground: Ground, words: Words) -> list[Tile]:
    language = words.language
    name = LAYERS[maps.layer].label[language]
    is_share = LAYERS[maps.layer].unit == "share"
    everything = [maps.start, maps.end, *maps.ends.values()]
    top = max(float(np.nanmax(v, initial=0.0)) for v in everything) or 1.0
    differences = {arm: end - maps.end for arm, end in maps.ends.items()}
    reach = _reach(list(differences.values())) or (0.01 if is_share else 1.0)

    def level(suffix: str, when: str, values: Floats) -> Tile:
        label = words("maps.alt", layer=name, when=when)
        picture = draw_layer(
            f"map_{maps.layer}_{suffix}", label, ground, maps.layer, values, top, is_share,
            language,
        )  # fmt: skip
        return Tile(picture, when)

    tiles = [
        level("start", words("maps.start"), maps.start),
        level("end", words("maps.end"), maps.end),
    ]
    for k, arm in enumerate(facts.arms, 1):
        quoted = words("page.quoted", text=arm.label)
        tiles.append(
            level(f"{k}_end", words("maps.end_with", intervention=quoted), maps.ends[arm.name])
        )
        unit = words("quantity.points") if is_share else words.unit(LAYERS[maps.layer].unit)
        when = words("maps.difference", unit=unit)
        if len(facts.arms) > 1:
            when = words("maps.difference_of", intervention=quoted, unit=unit)
        picture = draw_difference(
            f"map_{maps.layer}_{k}_difference", words("maps.alt", layer=name, when=when), ground,
            differences[arm.name], reach, is_share, language,
        )  # fmt: skip
        tiles.append(Tile(picture, when))
    return tiles
