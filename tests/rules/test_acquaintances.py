"""Acquaintances of the young: a small world, mostly next door, nobody beyond reach."""

import numpy as np
import pytest

from sim.kernels.hilbert_curve import hilbert_positions
from tests.reference.youth_towns import Youth, two_towns


def test_the_curve_visits_every_cell_and_goes_from_neighbour_to_neighbour():
    position = np.empty((16, 16), np.int64)
    hilbert_positions(position)
    order = np.argsort(position.ravel())
    assert sorted(position.ravel()) == list(range(256))
    y, x = np.divmod(order, 16)
    assert np.all(np.abs(np.diff(y)) + np.abs(np.diff(x)) == 1)
    part = np.empty((5, 11), np.int64)
    hilbert_positions(part)
    np.testing.assert_array_equal(part, position[:5, :11])


def _kilometres(youth):
    columns = youth.territory.shape[1]
    y, x = np.divmod(youth["cell_row"], columns)
    other = youth["neighbour"]
    away = np.hypot(y[:, None] - y[other], x[:, None] - x[other])
    return away * youth.territory.cell_size / 1000


@pytest.mark.parametrize("reach", [2.0, 10.0])
def test_nobody_knows_anybody_out_of_reach(reach):
    away = _kilometres(Youth(1, acquaintance_reach=reach))
    assert 0.9 * reach < away.max() <= reach
    assert np.median(away) < 0.4  # most live next door
    assert np.mean(away > 1) > 0.05  # some do not


def test_everybody_knows_eight_others():
    youth = Youth(1)
    assert not np.any(youth["neighbour"] == np.arange(youth["id"].size)[:, None])
    assert np.all(np.diff(youth["neighbour"], axis=1) > 0)  # in order, so all different


def test_the_network_is_a_small_world():
    """Clustering far above that of a random network, paths nearly as short."""
    networkx = pytest.importorskip("networkx")
    youth = Youth(1, population=12_000)
    n = youth["id"].size

    def friends(neighbour):
        network = networkx.Graph()
        network.add_edges_from((i, int(j)) for i in range(n) for j in neighbour[i])
        return network

    found = friends(youth["neighbour"])
    anybody = friends(np.random.default_rng(0).integers(0, n, (n, 8)))
    whole = max(networkx.connected_components(found), key=len)
    assert len(whole) > 0.98 * n
    some = list(whole)[:: len(whole) // 20]

    def path(network):
        lengths = [networkx.single_source_shortest_path_length(network, s) for s in some]
        return np.mean([np.mean(list(length.values())) for length in lengths])

    assert networkx.average_clustering(found) > 20 * networkx.average_clustering(anybody)
    assert path(found) < 2 * path(anybody)


def test_nobody_knows_anybody_in_a_town_beyond_reach():
    near, far = (Youth(1, territory=two_towns(apart), rewiring=0.5) for apart in (9, 11))
    home = far["cell_row"]
    assert len(set(home)) == 2
    assert np.all(home[far["neighbour"]] == home[:, None])
    assert np.any(near["cell_row"][near["neighbour"]] != near["cell_row"][:, None])


def test_a_person_with_fewer_than_eight_acquaintances_observes_only_these():
    """In a hamlet of four, each knows the three others once and not oneself."""
    youth = Youth(1, territory=two_towns(50, of=4), youth_presence=1.0, boundary="closed")
    assert youth["id"].size == 8
    for y in range(8):
        neighbours = youth["neighbour"][y]
        others = [o for o in range(8) if o // 4 == y // 4 and o != y]
        np.testing.assert_array_equal(neighbours, others + [y] * 5)
    youth["is_active"][:] = 1
    youth.run(1)
    np.testing.assert_array_equal(youth["seen_around"], 3 + 16 * 3)


def test_everybody_is_listed_with_exactly_those_who_know_them():
    for youth in (Youth(1), Youth(1, territory=two_towns(50, of=4))):
        knowing, known = np.nonzero(youth["neighbour"] != np.arange(youth["id"].size)[:, None])
        known = youth["neighbour"][knowing, known]
        in_order = np.lexsort((knowing, known))
        listed = youth["known_by"].ravel()
        np.testing.assert_array_equal(listed[: knowing.size], knowing[in_order])
        assert np.all(listed[knowing.size :] == -1)
        ends = np.cumsum(np.bincount(known, minlength=youth["id"].size))
        np.testing.assert_array_equal(youth["known_by_end"], ends)
