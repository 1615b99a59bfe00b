"""People and places that end by hand: what becomes of their projects, files and posts."""

import copy

import numpy as np
import pytest

from sim.mesa_face.agents import AgentGoneError, Entrepreneur, Official, Shop, ThirdPlace, Youth
from sim.mesa_face.model import TerritoryModel
from tests.reference.mesa_towns import first, town_with_cluster

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def ran():
    """A town whose cluster has been open for two years, for read-only tests."""
    return town_with_cluster()


@pytest.fixture
def model(ran):
    return copy.deepcopy(ran)


@pytest.fixture
def queued():
    """A town whose office has more files than it can open."""
    made = TerritoryModel(rng=7, review_utilisation=0.98)
    while len(queue(made, 0)) < 5:
        made.step()
    return made


def queue(model, office):
    """Rows waiting at an office, in order."""
    waiting, row = [], int(model.state["office.queue_first"][office])
    while row >= 0:
        waiting.append(row)
        row = int(model.state["entrepreneur.queue_next"][row])
    return waiting


def test_files_wait_in_line(queued):
    waiting = [queued.handles.at(Entrepreneur, row) for row in queue(queued, 0)]
    assert len(waiting) == queued.state["office.waiting"][0]
    assert {holder.stage for holder in waiting} == {"in_review"}
    assert [holder.next_in_queue for holder in waiting] == [*waiting[1:], None]


def test_a_youth_who_is_removed_moves_away(model):
    youth = first(model, Youth, lambda y: y.role_in is not None)
    project, team, cell = youth.role_in, youth.role_in.team, youth.cell
    residents, present = cell.residents, len(model.agents_by_type[Youth])
    number = youth.unique_id
    youth.remove()
    assert youth not in model.agents and len(model.agents_by_type[Youth]) == present - 1
    assert project.team == team - 1 and cell.residents == residents - 1
    for use in (lambda: youth.interest, youth.leave, lambda: setattr(youth, "interest", 1.0)):
        with pytest.raises(AgentGoneError, match=f"Youth {number} is gone"):
            use()
    youth.remove()  # as in Mesa, removing twice is harmless
    assert (youth.unique_id, youth.cell, youth.is_present) == (number, cell, False)
    assert "gone" in repr(youth)
    model.run_for(12)


def test_a_youth_removed_by_hand_looks_like_one_who_left():
    model = TerritoryModel(rng=5, leaving_rate=0.4)
    left = np.zeros(0)
    while not left.size:
        model.step()
        left = np.flatnonzero(model.state["youth.event"] == 1)
    youth = first(model, Youth, lambda y: y.is_active)
    youth.remove()
    for quantity in ("event", "is_present", "is_active", "role"):
        values = model.state[f"youth.{quantity}"]
        assert values[youth.row] == values[left[0]], quantity


def test_a_youth_who_is_removed_changes_no_draw_of_any_other():
    """Without mutual influence, everybody else stays or leaves as before."""
    still = {"active_stay_ratio": 1.0, "staying_response": 0.0}
    left, right = (TerritoryModel(rng=11, **still) for _ in range(2))
    gone = first(right, Youth)
    gone.remove()
    others = np.arange(left.state["youth.id"].size) != gone.row
    for model in (left, right):
        model.run_for(36)
    for quantity in ("is_present", "tenancy", "age", "threshold"):
        one, two = (m.state[f"youth.{quantity}"][others] for m in (left, right))
        assert one.tobytes() == two.tobytes(), quantity


@pytest.mark.parametrize("stage", ["idea", "in_review", "incubating", "running"])
def test_an_entrepreneur_who_is_removed_ends_her_project_and_is_succeeded(model, stage):
    holders = model.agents_by_type[Entrepreneur]
    count, gone = len(holders), first(model, Entrepreneur, lambda e: e.stage == stage)
    skills, number = gone.skills, gone.unique_id
    gone.remove()
    with pytest.raises(AgentGoneError, match=f"Entrepreneur {number} is gone"):
        gone.end_project()
    successor = model.handles.at(Entrepreneur, gone.row)
    assert gone not in holders and successor in holders and len(holders) == count
    assert (successor.skills, successor.has_project) == (skills, False)
    assert successor.unique_id != number
    assert successor.event == ("ended" if stage == "running" else "abandoned")
    model.run_for(12)


def test_whose_file_waits_leaves_the_line_to_the_others(queued):
    for where in (0, -1, 1):
        line = queue(queued, 0)
        gone = queued.handles.at(Entrepreneur, line.pop(where))
        gone.end_project()
        assert queue(queued, 0) == line
        assert queued.state["office.waiting"][0] == len(line)
        assert queued.state["office.queue_last"][0] == line[-1]
    while line := queue(queued, 0):
        queued.handles.at(Entrepreneur, line[0]).end_project()
    assert queued.state["office.queue_last"][0] == -1
    queued.run_for(24)
    assert len(queue(queued, 0)) == queued.state["office.waiting"][0]


def test_whose_examination_has_begun_leaves_no_trace_in_the_line(queued):
    line = queue(queued, 0)
    first(
        queued, Entrepreneur, lambda e: e.stage == "in_review" and e.review_left > 0
    ).end_project()
    assert queue(queued, 0) == line


def test_a_shop_and_the_project_in_it_end_together(model):
    one, other = model.agents_by_type[Shop].select(lambda s: s.operator, at_most=2)
    for holder, premises, end in (
        (one.operator, one.premises, one.close),
        (other.operator, other.premises, other.operator.end_project),
    ):
        end()
        assert (holder.stage, holder.premises) == ("ended", None)
        assert (premises.shop, premises.operator, premises.risk_ratio) == (None, None, 1.0)
    model.run_for(6)


def test_an_entrepreneur_without_a_project_cannot_end_one(ran):
    with pytest.raises(ValueError, match="carries no project"):
        first(ran, Entrepreneur, lambda e: not e.has_project).end_project()


def test_a_third_place_that_is_removed_closes_for_good(model):
    place = first(model, ThirdPlace)
    cell = place.cell
    assert place in cell.agents and place.is_open
    place.remove()
    assert place not in model.agents and place not in cell.agents
    assert not len(model.agents_by_type[ThirdPlace])
    with pytest.raises(AgentGoneError, match="ThirdPlace 4000000000000 is gone"):
        place.visitors()
    model.run_for(3)
    assert not place.is_open and "gone" in repr(place)
    assert not model.agents_by_type[Entrepreneur].agg("at_place", any)
    assert first(model, Youth).third_place is None


def test_officials_are_permanent(ran):
    official = first(ran, Official)
    for remove in (official.remove, lambda: ran.deregister_agent(official)):
        with pytest.raises(TypeError, match="cannot be removed: offices keep their posts filled"):
            remove()
