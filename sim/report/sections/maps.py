"""The section of maps: before, after and the difference, with the same limits for all arms."""

from __future__ import annotations

import numpy as np

from sim.figures.maps import credit, mapped_territory, squares
from sim.kernels.arrays import Floats
from sim.kernels.zone_codes import BUFFER
from sim.measures.map_layers import LAYERS
from sim.report.blocks import Block, Gallery, Paragraph, Section, Subhead, Tile
from sim.report.facts import Facts
from sim.report.pictures.maps import draw_difference, draw_layer


def maps(facts: Facts) -> Section | None:
    """Show a row of maps for each layer; None where no maps were kept."""
    words = facts.words
    blocks: list[Block] = []
    for p, (where, part) in enumerate(facts.shown):
        for layer in part.layers:
            label, unit = LAYERS[layer].label[words.language], words.unit(LAYERS[layer].unit)
            head = words("maps.layer", layer=label, unit=unit)
            size, block = part.squares
            if block > 1 and not blocks:
                blocks.append(Paragraph(squares(size, block, words.language)))
            tiles = _row(part, layer, f"map_{layer}" if not p else f"map_{layer}_at_{p}")
            blocks.append(Subhead(f"{head} · {where}" if where else head))
            blocks.append(Gallery(tiles, columns=3 if len(tiles) % 4 else 4))
    if not blocks:
        return None
    intro = [words("maps.intro")]
    if any((part.ground.zone >= BUFFER).any() for _, part in facts.shown):
        intro.append(words("maps.buffer"))
    for _, part in facts.shown:
        intro += credit(mapped_territory(part.results.scenario), words.language)
    said = Paragraph(" ".join(dict.fromkeys(intro)))
    return Section("maps", words("section.maps"), [said, *blocks])


def _reach(differences: list[Floats]) -> float:
    """Return the limit of the colours of differences: a few cells beyond must not fade the rest."""
    sizes = np.abs(np.concatenate([[], *(d[np.isfinite(d) & (d != 0)] for d in differences)]))
    return float(np.quantile(sizes, 0.98)) if sizes.size else 0.0


def _row(facts: Facts, layer: str, name: str) -> list[Tile]:
    words, ground, found = facts.words, facts.ground, facts.maps(layer)
    label = LAYERS[layer].label[words.language]
    is_share = LAYERS[layer].is_share
    everything = [found.start, found.end, *found.ends.values()]
    top = max(float(np.nanmax(v, initial=0.0)) for v in everything) or 1.0
    differences = {arm: end - found.end for arm, end in found.ends.items()}
    reach = _reach(list(differences.values())) or (0.01 if is_share else 1.0)

    def level(suffix: str, when: str, values: Floats) -> Tile:
        called = f"{name}_{suffix}", words("maps.alt", layer=label, when=when)
        picture = draw_layer(*called, ground, layer, values, top, words.language)
        return Tile(picture, when)

    tiles = [
        level("start", words("maps.start"), found.start),
        level("end", words("maps.end" if facts.is_compared else "run.end"), found.end),
    ]
    for k, arm in enumerate(facts.wholes if facts.has_interventions else (), 1):
        quoted = facts.quoted(arm)
        end = words("maps.end_with", intervention=quoted)
        tiles.append(level(f"{k}_end", end, found.ends[arm.name]))
        unit = words("quantity.points") if is_share else words.unit(LAYERS[layer].unit)
        when = words("maps.difference", unit=unit)
        if len(facts.wholes) > 1:
            when = words("maps.difference_of", intervention=quoted, unit=unit)
        called = f"{name}_{k}_difference", words("maps.alt", layer=label, when=when)
        values = differences[arm.name]
        picture = draw_difference(*called, ground, values, reach, is_share, words.language)
        tiles.append(Tile(picture, when))
    return tiles
