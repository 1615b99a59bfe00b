"""Evenings of ideas: who takes part, what they cost, and who goes home with a project."""

from __future__ import annotations

import numpy as np

from sim.kernels.ledger import EVENTS, in_purse, pay
from sim.kernels.machine.compile import kernel
from sim.kernels.machine.screening import BLOCK, lowest, marks_of_block, without_lowest
from sim.kernels.project_codes import BY_RESIDENT, HAD_IDEA, LATENT, NOTHING
from sim.kernels.random import fill_first_words, uniform
from sim.kernels.zone_codes import BUFFER


@kernel
def participants_of_evening(month, a, columns, account, cell, p):
    """Return the participants of an account's evening this month, if it holds one and can pay."""
    if not (account.is_active[a] and account.evening_every[a] and account.participant_cost[a]):
        return 0
    # At the end of each interval, so that the first evening has its money too.
    if (month + 1) % account.evening_every[a] != 0:
        return 0
    reach = account.grant_reach[a] ** 2
    residents = 0.0
    centre_y, centre_x = divmod(account.cell_row[a], columns)
    for y in range(cell.residents.shape[0]):
        for x in range(columns):
            away = (y - centre_y) ** 2 + (x - centre_x) ** 2
            is_near = away <= reach and cell.zone[y, x] < BUFFER
            residents += cell.residents[y, x] if is_near else 0.0
    paid = in_purse(account.purse[a], EVENTS) // account.participant_cost[a]
    return min(paid, int(p.evening_turnout * residents))


@kernel
def hold_evening(
    a, participants, seed, stream, month, cell, entrepreneur, account, ledger, work, p
):
    """Pay for an account's evening and draw which of those in its reach go home with an idea."""
    pay(account.purse[a], ledger.spending[a], EVENTS, participants * account.participant_cost[a])
    reach = account.grant_reach[a] ** 2
    rows, columns = cell.zone.shape
    centre_y, centre_x = divmod(account.cell_row[a], columns)
    is_near = np.empty((rows, columns), np.uint8)  # by cell, since finding rows takes divisions
    for y in range(rows):
        for x in range(columns):
            is_near[y, x] = (y - centre_y) ** 2 + (x - centre_x) ** 2 <= reach
    near = is_near.reshape(-1)
    n, latent = np.uintp(entrepreneur.stage.size), np.int64(0)
    marks = np.empty(n, np.uint8)
    for i in range(n):
        is_free = (entrepreneur.stage[i] == LATENT) & (entrepreneur.event[i] == NOTHING)
        marks[i] = np.uint8(is_free) & near[np.uintp(entrepreneur.cell_row[i])]
        latent += np.int64(marks[i])
    chance = participants * p.evening_idea_probability / max(latent, 1)
    fill_first_words(seed, stream, month, entrepreneur.id, work.luck, 3 + a)
    for i in range(n):
        marks[i] &= uniform(work.luck[i]) < chance
    for start in range(np.uintp(0), n, BLOCK):
        bits = marks_of_block(marks, start, n)
        while bits:
            i, bits = start + lowest(bits), without_lowest(bits)
            entrepreneur.event[i] = HAD_IDEA
            entrepreneur.origin[i] = BY_RESIDENT
            entrepreneur.supporter[i] = a
