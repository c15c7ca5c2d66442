from __future__ import annotations

from simulator.report.plots.sequences.labels import Box, Labels, box_of


def test_a_label_is_under_the_head_of_its_arrow_where_that_is_free() -> None:
    x, y = Labels([((0, 0), (190, 16))], []).place("subscribe", (0, 0), (190, 16))
    assert 120 < x < 176
    assert y > 16


def test_no_other_arrow_goes_through_a_label() -> None:
    own, other = ((0.0, 0.0), (190.0, 16.0)), ((190.0, 10.0), (0.0, 60.0))
    x, y = Labels([own, other], []).place("subscribe", *own)
    assert not box_of("subscribe", x, y, 0).is_cut(*other)
    assert not box_of("subscribe", x, y, 0).is_cut(*own)


def test_two_labels_do_not_share_their_place() -> None:
    arrow = ((0.0, 0.0), (190.0, 16.0))
    labels = Labels([arrow, arrow], [])
    first, second = labels.place("subscribe", *arrow), labels.place("subscribe", *arrow)
    assert not box_of("subscribe", *first, 0).covers(box_of("subscribe", *second, 0))


def test_a_box_is_cut_by_what_goes_through_it_alone() -> None:
    box = Box(0, 0, 40, 10)
    assert box.is_cut((-10, 5), (50, 5))
    assert not box.is_cut((-10, 15), (50, 15))
