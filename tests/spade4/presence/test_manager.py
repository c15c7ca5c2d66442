"""The documented presence manager, without a server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import spade.presence
from slixmpp import JID
from spade.presence import ContactNotFound, PresenceInfo, PresenceShow, PresenceType

from simulator.spade4.presence import PresenceManager
from tests.spade4.presence.rig import DESK, FRIEND, OWN, PHONE, Calls, Rig

Make = Callable[..., Rig]
AVAILABLE, UNAVAILABLE = PresenceType.AVAILABLE, PresenceType.UNAVAILABLE
NONE, CHAT, DND = PresenceShow.NONE, PresenceShow.CHAT, PresenceShow.DND
BARE = PresenceInfo(AVAILABLE, NONE, None, 0)


def available(show: PresenceShow = NONE, status: str | None = None, priority: int = 0) -> Any:
    return PresenceInfo(AVAILABLE, show, status, priority)


# --- its own presence ---


def test_stands_in_for_spades_manager(rig: Rig) -> None:
    assert isinstance(rig.presence, spade.presence.PresenceManager)


def test_it_is_unavailable_until_login_and_available_then(make_rig: Make) -> None:
    rig = make_rig()
    assert not rig.presence.is_available()
    rig.login()
    assert rig.presence.is_available()
    assert rig.presence.get_presence() == PresenceInfo(AVAILABLE, NONE, "", 0)
    assert rig.shown() == (None, None, None, None)
    assert rig.sent == [("", "")]


def test_what_is_set_before_login_is_the_first_presence(make_rig: Make) -> None:
    rig = make_rig()
    rig.presence.set_presence(status="early", priority=3)
    rig.login()
    assert rig.sent == [("", "")]
    assert rig.shown() == (None, None, "early", "3")


def test_an_agent_that_starts_unavailable_says_nothing(make_rig: Make) -> None:
    rig = make_rig()
    rig.presence.set_unavailable()
    rig.login()
    assert rig.sent == []
    rig.presence.set_available()
    rig.do(lambda: None)
    assert rig.shown() == (None, "chat", None, None)


def test_set_presence_keeps_what_is_omitted(rig: Rig) -> None:
    rig.do(lambda: rig.presence.set_presence(AVAILABLE, DND, "Lunch", 2))
    rig.do(lambda: rig.presence.set_presence(status="Dinner"))
    assert rig.shown() == (None, "dnd", "Dinner", "2")
    rig.do(lambda: rig.presence.set_presence(status=None, priority=0))
    assert rig.shown() == (None, "dnd", None, None)
    rig.do(rig.presence.set_available)
    assert rig.shown() == (None, "chat", None, None)


def test_unavailable_has_no_show_and_no_priority(rig: Rig) -> None:
    rig.do(lambda: rig.presence.set_presence(show=DND, priority=5))
    rig.do(rig.presence.set_unavailable)
    assert rig.shown() == ("unavailable", None, None, None)
    assert rig.presence.get_show() is NONE
    assert rig.presence.get_priority() == 5
    rig.do(lambda: rig.presence.set_presence(AVAILABLE))
    assert rig.shown() == (None, None, None, "5")


WRONG = [
    ({"presence_type": UNAVAILABLE, "show": CHAT}, r"PresenceType.UNAVAILABLE .*PresenceShow.CHAT"),
    ({"presence_type": PresenceType.SUBSCRIBE}, r"presence_type=.*SUBSCRIBE.* is no presence"),
    ({"show": "busy"}, r"show='busy' is not a show"),
    ({"priority": 128}, r"-128 to 127"),
    ({"priority": None}, r"-128 to 127"),
    ({"priority": True}, r"-128 to 127"),
    ({"status": 7}, r"status=7"),
    ({"status": "a\x01"}, r"status has the character U\+0001 at 1"),
]


@pytest.mark.parametrize(("arguments", "text"), WRONG, ids=[str(one) for one, _ in WRONG])
def test_a_wrong_argument_changes_nothing(rig: Rig, arguments: Any, text: str) -> None:
    before, sent = rig.presence.get_presence(), len(rig.sent)
    with pytest.raises((TypeError, ValueError), match=text):
        rig.presence.set_presence(**{"status": "changed", "priority": 4, **arguments})
    rig.do(lambda: None)
    assert (rig.presence.get_presence(), len(rig.sent)) == (before, sent)


# --- contacts ---


def test_contacts_are_the_roster(rig: Rig) -> None:
    rig.push(f"jid='{FRIEND}' subscription='from' name='Friend'", "<group>g</group>")
    contact = rig.presence.get_contact(FRIEND)
    assert (contact.name, contact.subscription, contact.ask, contact.groups) == (
        "Friend",
        "from",
        "none",
        ["g"],
    )
    assert contact.jid == JID(FRIEND)
    rig.push(f"jid='{FRIEND}' subscription='both'")
    assert rig.presence.get_contact(FRIEND) is contact
    assert (contact.subscription, contact.name, contact.groups) == ("both", FRIEND, [])
    rig.push(f"jid='{FRIEND}' subscription='remove'")
    assert rig.presence.get_contacts() == {}
    with pytest.raises(ContactNotFound):
        rig.presence.get_contact(FRIEND)


@pytest.mark.parametrize("name", [FRIEND, DESK, "Friend@LOCALHOST", JID(FRIEND), JID(DESK)])
def test_a_contact_has_many_names(rig: Rig, name: Any) -> None:
    rig.push(f"jid='{FRIEND}' subscription='to'")
    contacts = rig.presence.get_contacts()
    assert list(contacts) == [FRIEND]
    assert name in contacts
    assert contacts[name] is contacts.get(name) is rig.presence.get_contact(name)


def test_the_list_is_a_snapshot_without_strangers(rig: Rig) -> None:
    rig.arrive("stranger@localhost/r")
    assert rig.presence.get_contacts() == {}
    contacts = rig.presence.get_contacts()
    rig.push(f"jid='{FRIEND}'")
    assert contacts == {}
    assert "a b" not in rig.presence.get_contacts()
    assert rig.presence.get_contacts().get(7) is None


# --- presence of others ---


@pytest.fixture
def told(rig: Rig) -> Calls:
    """What on_available and on_unavailable are called with, without the JID: with the name."""
    rig.push(f"jid='{FRIEND}' subscription='to'")
    calls = Calls()
    for name in ("on_available", "on_unavailable"):
        setattr(rig.presence, name, lambda *rest, name=name: calls(name, *rest))
    return calls


def test_handlers_hear_once_of_each_presence(rig: Rig, told: Calls) -> None:
    stanzas = Calls()
    rig.presence.on_presence_received = stanzas
    rig.arrive(DESK)
    rig.arrive(DESK, show="dnd")
    rig.arrive(DESK, show="dnd", priority="4")
    rig.arrive(DESK, show="dnd", priority="4", status="hi")
    rig.arrive(DESK, "unavailable", status="bye")
    busy, first = available(DND), available(DND, None, 4)
    assert told == [
        ("on_available", DESK, BARE, None),
        ("on_available", DESK, busy, BARE),
        ("on_available", DESK, first, busy),
        ("on_available", DESK, available(DND, "hi", 4), first),
        (
            "on_unavailable",
            DESK,
            PresenceInfo(UNAVAILABLE, NONE, "bye", 0),
            available(DND, "hi", 4),
        ),
    ]
    assert len(stanzas) == 5


def test_what_changes_nothing_is_no_farewell(rig: Rig, told: Calls) -> None:
    rig.arrive(FRIEND, "unavailable")
    rig.arrive(DESK)
    assert [name for name, *_ in told] == ["on_available"]
    assert rig.presence.get_contact(FRIEND).is_available()


@pytest.mark.usefixtures("told")
def test_of_several_resources_the_most_available_stands_for_the_contact(rig: Rig) -> None:
    contact = rig.presence.get_contact(FRIEND)
    rig.arrive(DESK, show="away", priority="1")
    rig.arrive(PHONE, show="chat")
    assert contact.current_presence == available(PresenceShow.AWAY, None, 1)
    rig.arrive(DESK, show="away")
    assert contact.get_presence() == available(CHAT)
    assert contact.get_presence("desk") == available(PresenceShow.AWAY)
    rig.arrive(PHONE, "unavailable")
    assert contact.is_available()
    assert rig.presence.get_contact_presence(DESK) == available(PresenceShow.AWAY)
    assert contact.last_presence == available(CHAT)
    with pytest.raises(KeyError):
        rig.presence.get_contact_presence(FRIEND, "phone")
    rig.arrive(DESK, "unavailable")
    assert not contact.is_available()
    rig.arrive(f"{FRIEND}/new")
    assert contact.is_available()
    assert list(contact.resources) == ["new"]


def test_an_error_means_that_nothing_is_known(rig: Rig, told: Calls) -> None:
    rig.arrive(DESK)
    rig.arrive(FRIEND, "error")
    assert told[-1] == ("on_unavailable", FRIEND, PresenceInfo(UNAVAILABLE, NONE, None, 0), BARE)
    assert rig.presence.get_contact(FRIEND).current_presence is None


def test_presence_ends_with_the_subscription(rig: Rig, told: Calls) -> None:
    rig.arrive(DESK)
    rig.push(f"jid='{FRIEND}' subscription='from'")
    assert not rig.presence.get_contact(FRIEND).is_available()
    rig.arrive(DESK, "unavailable")
    assert [name for name, *_ in told] == ["on_available", "on_unavailable"]


def test_the_own_account_is_nobodys_contact(rig: Rig, told: Calls) -> None:
    rig.arrive(f"{OWN}/other")
    rig.arrive(OWN, "subscribe")
    assert told == []
    assert list(rig.presence.get_contacts()) == [FRIEND]


def test_a_status_in_languages_is_one_text(rig: Rig, told: Calls) -> None:
    es = "<status xml:lang='es'>Hola</status>"
    rig.feed(f"<presence from='{DESK}'>{es}<status>Hi</status></presence>")
    rig.feed(f"<presence from='{DESK}'>{es}</presence>")
    assert [info.status for _, _, info, _ in told] == ["Hi", "Hola"]


# --- subscriptions ---


def test_a_request_is_answered_by_nobody_else(rig: Rig) -> None:
    asked = Calls()
    rig.presence.on_subscribe = asked
    rig.arrive(FRIEND, "subscribe")
    assert asked == [(FRIEND,)]
    assert rig.sent == [("", "")]


def test_words_of_the_wire(rig: Rig) -> None:
    for name in ("subscribe", "unsubscribe", "approve_subscription", "decline_subscription"):
        rig.do(partial(getattr(rig.presence, name), "Friend@localhost/desk"))
    kinds = ["subscribe", "unsubscribe", "subscribed", "unsubscribed"]
    assert rig.sent[1:] == [(kind, FRIEND) for kind in kinds]


@pytest.mark.parametrize("bad", ["", "localhost", "a b@localhost", "a@b@c", "@localhost", "a@", 7])
def test_a_bad_jid_is_refused(rig: Rig, bad: Any) -> None:
    for name in ("subscribe", "unsubscribe", "approve_subscription", "decline_subscription"):
        with pytest.raises((TypeError, ValueError), match="is not"):
            getattr(rig.presence, name)(bad)
    rig.do(lambda: None)
    assert len(rig.sent) == 1
    assert rig.presence.get_contacts() == {}


def test_who_is_asked_is_a_contact_at_once(rig: Rig) -> None:
    rig.presence.subscribe("Friend@localhost/desk")
    contact = rig.presence.get_contact(FRIEND)
    assert (contact.subscription, contact.ask, contact.is_subscribed()) == (
        "none",
        "subscribe",
        True,
    )
    rig.roster()
    assert FRIEND in rig.presence.get_contacts()
    rig.arrive(FRIEND, "subscribed")
    assert (contact.subscription, contact.ask) == ("to", "none")
    rig.arrive(FRIEND, "unsubscribed")
    assert (contact.subscription, contact.ask) == ("none", "none")


def test_who_cannot_be_asked_is_no_contact(rig: Rig) -> None:
    rig.presence.subscribe(FRIEND)
    rig.arrive(FRIEND, "error")
    assert rig.presence.get_contacts() == {}
    rig.presence.subscribe(FRIEND)
    rig.lose()
    assert rig.presence.get_contacts() == {}


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        ("none' ask='subscribe", "subscribed", "to"),
        ("from' ask='subscribe", "subscribed", "both"),
        ("none", "subscribed", "none"),
        ("both", "unsubscribed", "from"),
        ("to", "unsubscribed", "none"),
        ("from", "unsubscribed", "from"),
        ("both", "unsubscribe", "to"),
        ("from", "unsubscribe", "none"),
    ],
)
def test_a_handler_finds_the_new_state(rig: Rig, before: str, kind: str, after: str) -> None:
    rig.push(f"jid='{FRIEND}' subscription='{before}'")
    found: list[str] = []
    presence = rig.presence
    setattr(
        presence, f"on_{kind}", lambda jid: found.append(presence.get_contact(jid).subscription)
    )
    rig.arrive(FRIEND, kind)
    assert found == [after]


def test_handlers_hear_of_each_kind(rig: Rig) -> None:
    kinds = ["subscribe", "subscribed", "unsubscribe", "unsubscribed"]
    calls = Calls()
    for kind in kinds:
        setattr(rig.presence, f"on_{kind}", lambda jid, kind=kind: calls(kind, jid))
    rig.presence.approve_all = True
    for kind in kinds * 2:
        rig.arrive(FRIEND, kind)
    assert calls == [(kind, FRIEND) for kind in kinds * 2]
    assert rig.sent.count(("subscribed", FRIEND)) == 2


# --- requests that nobody hears yet ---


@pytest.mark.parametrize("how", ["on_subscribe", "approve_all"])
def test_a_request_waits_for_somebody_who_hears_it(rig: Rig, how: str) -> None:
    rig.arrive(FRIEND, "subscribe")
    value = True if how == "approve_all" else rig.presence.approve_subscription
    rig.do(lambda: setattr(rig.presence, how, value))
    assert rig.sent == [("", ""), ("subscribed", FRIEND)]
    rig.do(lambda: setattr(rig.presence, how, value))
    assert len(rig.sent) == 2


def test_a_request_waits_for_the_roster(make_rig: Make) -> None:
    rig = make_rig(approve_all=True)
    rig.begin_login()
    rig.arrive(FRIEND, "subscribe")
    rig.arrive("other@localhost", "subscribe")
    assert rig.sent == [("", "")]
    rig.roster(f"jid='{FRIEND}' subscription='from'")
    assert rig.sent == [("", ""), ("subscribed", "other@localhost")]


@pytest.mark.parametrize("end", ["withdrawn", "approved", "declined", "lost"])
def test_a_request_that_is_over_is_not_handed_over(rig: Rig, end: str) -> None:
    rig.arrive(FRIEND, "subscribe")
    ends = {
        "withdrawn": lambda: rig.arrive(FRIEND, "unsubscribe"),
        "approved": lambda: rig.do(
            lambda: rig.client.send_presence(pto=FRIEND, ptype="subscribed")
        ),
        "declined": lambda: rig.do(lambda: rig.presence.decline_subscription(FRIEND)),
        "lost": rig.lose,
    }
    ends[end]()
    asked = Calls()
    rig.do(lambda: setattr(rig.presence, "on_subscribe", asked))
    if end == "lost":
        rig.login()
    assert asked == []


def test_none_takes_the_handler_away(rig: Rig) -> None:
    rig.presence.on_subscribe = Calls()
    rig.presence.on_subscribe = None
    rig.arrive(FRIEND, "subscribe")
    asked = Calls()
    rig.do(lambda: setattr(rig.presence, "on_subscribe", asked))
    assert asked == [(FRIEND,)]


class Subclass(PresenceManager):
    """Handlers by definition, as SPADE allows."""

    def on_subscribe(self, jid: str) -> None:
        self.approve_subscription(jid)

    def on_available(self, jid: str, _info: Any, _last: Any) -> None:
        self.heard = jid


def test_a_subclass_may_define_handlers(make_rig: Make) -> None:
    rig = make_rig(Subclass)
    rig.login()
    rig.arrive(FRIEND, "subscribe")
    rig.arrive(DESK)
    assert rig.sent[-1] == ("subscribed", FRIEND)
    assert rig.presence.heard == DESK


# --- handlers that fail ---


def test_what_a_handler_raises_is_reported_and_the_peer_hears_nothing(rig: Rig) -> None:
    def broken(*_arguments: Any) -> None:
        raise RuntimeError("a bug")

    rig.presence.on_available = broken
    rig.arrive(DESK)
    rig.arrive(DESK)
    assert [(where, str(error)) for where, error in rig.failures] == [("on_available", "a bug")] * 2
    assert len(rig.sent) == 1


def test_without_a_report_it_is_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.presence.report = rig.presence._log
    rig.presence.on_subscribe = lambda _jid: 1 / 0
    with caplog.at_level(logging.ERROR):
        rig.arrive(FRIEND, "subscribe")
    assert f"{OWN}: on_subscribe raised ZeroDivisionError" in caplog.text


def test_a_coroutine_function_runs_as_a_task(rig: Rig) -> None:
    done: list[str] = []

    async def handle(jid: str) -> None:
        await asyncio.sleep(0)
        done.append(jid)

    rig.presence.on_subscribe = handle
    rig.arrive(FRIEND, "subscribe")
    assert done == [FRIEND]


# --- sessions ---


def test_the_presence_is_sent_again_after_a_reconnect(rig: Rig) -> None:
    rig.do(lambda: rig.presence.set_presence(AVAILABLE, DND, "busy", 4))
    rig.lose()
    rig.presence.set_presence(priority=5)
    rig.login()
    assert rig.sent == [("", "")]
    assert rig.shown() == (None, "dnd", "busy", "5")


def test_an_unavailable_agent_comes_back_without_a_word(rig: Rig) -> None:
    rig.do(rig.presence.set_unavailable)
    rig.lose()
    rig.login()
    assert rig.sent == []


def test_the_roster_of_the_new_session_counts(rig: Rig) -> None:
    for name in ("a", "b"):
        rig.push(f"jid='{name}@localhost' subscription='both'")
    rig.lose()
    assert len(rig.presence.get_contacts()) == 2
    rig.login("jid='b@localhost' subscription='from'")
    assert {jid: one.subscription for jid, one in rig.presence.get_contacts().items()} == {
        "b@localhost": "from"
    }
    rig.lose()
    rig.begin_login()
    rig.client.features.add("rosterver")
    rig.answer_roster("")
    assert list(rig.presence.get_contacts()) == ["b@localhost"]


def test_without_recovery_the_view_stays(rig: Rig, told: Calls) -> None:
    rig.arrive(DESK)
    rig.lose()
    assert rig.presence.get_contact(FRIEND).is_available()
    assert len(told) == 1


def test_rejoin_forgets_and_tells(make_rig: Make) -> None:
    rig = make_rig(recovery="rejoin")
    rig.login(f"jid='{FRIEND}' subscription='to'")
    rig.arrive(DESK)
    rig.arrive(PHONE)
    calls = Calls()
    rig.presence.on_unavailable = calls
    rig.lose()
    assert [jid for jid, *_ in calls] == [DESK, PHONE]
    assert not rig.presence.get_contact(FRIEND).is_available()


def test_an_agent_that_went_forgets_without_telling(make_rig: Make) -> None:
    rig = make_rig(recovery="rejoin")
    rig.login(f"jid='{FRIEND}' subscription='to'")
    rig.arrive(DESK)
    calls = Calls()
    rig.presence.on_unavailable = calls
    rig.do(rig.presence.set_unavailable)
    assert calls == []
    assert not rig.presence.get_contact(FRIEND).is_available()


def test_an_unknown_recovery_is_refused(make_rig: Make) -> None:
    with pytest.raises(ValueError, match="recovery='all'"):
        make_rig(recovery="all")
