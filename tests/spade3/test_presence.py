"""The documented presence manager, without a server."""

from __future__ import annotations

import asyncio
import io
import logging
from functools import partial
from typing import Any

import aioxmpp.xml
import pytest
import spade.presence
from aioxmpp import JID, Presence, PresenceShow, PresenceState, PresenceType
from aioxmpp.structs import LanguageTag

from simulator.spade3.presence.manager import PresenceManager

FRIEND = "friend@localhost"
DESK = f"{FRIEND}/desk"
PHONE = f"{FRIEND}/phone"


def over_the_wire(stanza: Presence) -> Presence:
    """The stanza as a watcher parses it."""
    stanza.autoset_id()
    xml = aioxmpp.xml.serialize_single_xso(stanza).encode()
    return aioxmpp.xml.read_single_xso(io.BytesIO(xml), Presence)


class Calls(list[tuple[Any, ...]]):
    """A handler that keeps its calls."""

    def __call__(self, *arguments: Any) -> None:
        self.append(arguments)


# --- its own presence ---


def test_stands_in_for_spades_manager(rig):
    assert isinstance(rig.presence, spade.presence.PresenceManager)
    assert rig.presence.client is rig.client
    assert rig.presence.roster is rig.client.summon(aioxmpp.RosterClient)


@pytest.mark.parametrize("show", list(PresenceShow))
def test_set_available_with_keywords(rig, show):
    rig.presence.set_available(availability=True, show=show)
    assert rig.presence.is_available()
    assert rig.presence.state.show is show
    assert over_the_wire(rig.sent[-1]).show is show


def test_set_available_takes_the_show_first_as_spade_does(rig):
    rig.presence.set_available(PresenceShow.DND)
    assert rig.presence.state == PresenceState(True, PresenceShow.DND)


def test_set_available_leaves_away(rig):
    rig.presence.set_available(show=PresenceShow.AWAY)
    rig.presence.set_available()
    assert rig.presence.state == PresenceState(True, PresenceShow.NONE)
    assert over_the_wire(rig.sent[-1]).show is PresenceShow.NONE


def test_set_available_false_is_unavailable(rig):
    rig.presence.set_available()
    rig.presence.set_available(availability=False)
    assert not rig.presence.is_available()


def test_unavailable_with_a_show_is_refused_with_both_values(rig):
    rig.presence.set_available(show=PresenceShow.CHAT)
    with pytest.raises(ValueError, match=r"availability=False .* show=PresenceShow\.DND"):
        rig.presence.set_available(availability=False, show=PresenceShow.DND)
    assert rig.presence.state == PresenceState(True, PresenceShow.CHAT)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"availability": 1}, TypeError, "availability=1"),
        ({"show": "busy"}, ValueError, "show='busy'.*PresenceShow.CHAT"),
    ],
)
def test_set_available_refuses_other_values(rig, arguments, error, text):
    with pytest.raises(error, match=text):
        rig.presence.set_available(**arguments)


def test_set_unavailable(rig):
    rig.presence.set_available(show=PresenceShow.CHAT)
    rig.presence.set_unavailable()
    assert rig.presence.state == PresenceState(False)
    assert rig.sent[-1].type_ == PresenceType.UNAVAILABLE


def test_set_presence_keeps_what_is_omitted(rig):
    rig.presence.set_presence(PresenceState(True, PresenceShow.CHAT), "Lunch", 2)
    rig.presence.set_presence(status="Back")
    assert rig.presence.state == PresenceState(True, PresenceShow.CHAT)
    assert rig.presence.priority == 2
    rig.presence.set_presence(state=PresenceState(True, PresenceShow.DND))
    assert rig.presence.status == {None: "Back"}
    rig.presence.set_presence(priority=-3)
    arrived = over_the_wire(rig.sent[-1])
    assert (arrived.show, arrived.status, arrived.priority) == (
        PresenceShow.DND,
        {None: "Back"},
        -3,
    )
    assert len(rig.sent) == 4


def test_priority_alone_is_sent_and_stays_on_later_stanzas(rig):
    rig.presence.set_available()
    rig.presence.set_presence(priority=7)
    assert over_the_wire(rig.sent[-1]).priority == 7
    rig.presence.set_available(show=PresenceShow.CHAT)
    assert over_the_wire(rig.sent[-1]).priority == 7
    rig.presence.set_presence(priority=0)
    assert over_the_wire(rig.sent[-1]).priority == 0


def test_initial_presence_has_the_priority(make_rig):
    rig = make_rig()
    rig.presence.set_presence(PresenceState(True), "Working...", 5)
    assert rig.sent == []

    async def send(stanza: Any) -> None:
        rig.sent.append(stanza)

    rig.client.send = send
    # What aioxmpp calls at the first login, and again after each reconnect.
    for _ in range(2):
        rig.loop.run_until_complete(rig.presence.presenceserver._before_stream_established())
    for stanza in rig.sent:
        assert over_the_wire(stanza).priority == 5
        assert over_the_wire(stanza).status == {None: "Working..."}
    assert len(rig.sent) == 2


def test_unavailable_presence_has_no_priority(rig):
    rig.presence.set_presence(PresenceState(True), priority=5)
    rig.presence.set_unavailable()
    assert rig.sent[-1].priority == 0
    assert rig.presence.priority == 5


@pytest.mark.parametrize("priority", [-128, -1, 0, 127])
def test_every_allowed_priority_crosses(rig, priority):
    rig.presence.set_presence(PresenceState(True), priority=priority)
    assert over_the_wire(rig.sent[-1]).priority == priority


@pytest.mark.parametrize("priority", [-129, 128, 10**20, True, 1.0, "1"])
def test_other_priorities_are_refused_and_change_nothing(rig, priority):
    rig.presence.set_presence(PresenceState(True, PresenceShow.CHAT), "Here", 3)
    rig.sent.clear()
    with pytest.raises((ValueError, TypeError), match="-128 to 127"):
        rig.presence.set_presence(PresenceState(True), "Changed", priority)
    assert rig.presence.state.show is PresenceShow.CHAT
    assert rig.presence.status == {None: "Here"}
    assert rig.presence.priority == 3
    assert rig.sent == []


def test_state_must_be_a_presence_state(rig):
    with pytest.raises(TypeError, match="state=True"):
        rig.presence.set_presence(state=True)


# --- status ---

SPOKEN = {None: "Working...", "es": "Trabajando...", "fr": "Travailler..."}


def test_status_text_is_the_default_language(rig):
    rig.presence.set_presence(PresenceState(True), "Working...")
    assert rig.presence.status == {None: "Working..."}
    assert over_the_wire(rig.sent[-1]).status == {None: "Working..."}


def test_status_in_languages_reads_back_and_crosses(rig):
    rig.presence.set_presence(PresenceState(True), SPOKEN)
    assert rig.presence.status == SPOKEN
    assert all(language is None or type(language) is str for language in rig.presence.status)
    assert over_the_wire(rig.sent[-1]).status == {
        None: "Working...",
        LanguageTag.fromstr("es"): "Trabajando...",
        LanguageTag.fromstr("fr"): "Travailler...",
    }
    assert 'xml:lang="es"' in aioxmpp.xml.serialize_single_xso(rig.sent[-1])


def test_status_keys_of_aioxmpp_read_back_as_they_are(rig):
    spoken = {LanguageTag.fromstr("pt-BR"): "Trabalhando..."}
    rig.presence.set_presence(PresenceState(True), spoken)
    assert rig.presence.status == spoken
    assert over_the_wire(rig.sent[-1]).status == spoken


def test_status_is_kept_through_later_changes(rig):
    rig.presence.set_presence(PresenceState(True), SPOKEN)
    rig.presence.set_available(show=PresenceShow.AWAY)
    assert rig.presence.status == SPOKEN
    assert len(over_the_wire(rig.sent[-1]).status) == 3


def test_status_is_a_copy_both_ways(rig):
    mine = dict(SPOKEN)
    rig.presence.set_presence(status=mine)
    mine["es"] = "?"
    rig.presence.status["fr"] = "?"
    assert rig.presence.status == SPOKEN


def test_empty_status_clears(rig):
    rig.presence.set_presence(PresenceState(True), SPOKEN)
    rig.presence.set_presence(status={})
    assert rig.presence.status == {}
    assert over_the_wire(rig.sent[-1]).status == {}


@pytest.mark.parametrize("text", ["<b>&amp;</b>", "tab\tand\nline", "naïve 日本 😀"])
def test_any_text_crosses(rig, text):
    rig.presence.set_presence(PresenceState(True), {"ja": text})
    assert over_the_wire(rig.sent[-1]).status == {LanguageTag.fromstr("ja"): text}


def test_empty_text_is_an_empty_element(rig):
    rig.presence.set_presence(PresenceState(True), "")
    assert rig.presence.status == {None: ""}
    # aioxmpp reads an empty element as None.
    assert over_the_wire(rig.sent[-1]).status == {None: None}


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        ({"": "x"}, ValueError, "''"),
        ({"no good": "x"}, ValueError, "'no good'"),
        ({"es_MX": "x"}, ValueError, "'es_MX'"),
        ({'"><x': "x"}, ValueError, "language tag"),
        ({1: "x"}, TypeError, "1"),
        ({"es": None}, TypeError, "'es'"),
        ({"es": "x", "ES": "y"}, ValueError, "twice"),
        (7, TypeError, "status=7"),
        ("bell \x07", ValueError, r"U\+0007 at 5"),
        ("nul \x00", ValueError, r"U\+0000"),
        ({None: "ok", "es": "\ud800"}, ValueError, r"'es'.*U\+D800"),
        ("\uffff", ValueError, r"U\+FFFF"),
    ],
)
def test_bad_status_is_refused_and_changes_nothing(rig, status, error, text):
    rig.presence.set_presence(PresenceState(True), "Before", 1)
    rig.sent.clear()
    with pytest.raises(error, match=text):
        rig.presence.set_presence(PresenceState(True, PresenceShow.DND), status, 9)
    assert rig.presence.status == {None: "Before"}
    assert rig.presence.state.show is PresenceShow.NONE
    assert rig.presence.priority == 1
    assert rig.sent == []
    rig.presence.set_presence(status="After")
    assert over_the_wire(rig.sent[-1]).status == {None: "After"}


# --- availability of others ---


def test_on_available_once_for_each_presence(rig):
    calls = rig.presence.on_available = Calls()
    stanzas = [
        rig.arrive(DESK),
        rig.arrive(DESK, show="away"),
        rig.arrive(DESK, show="away", status={None: "Lunch"}),
        rig.arrive(PHONE),
    ]
    assert calls == [(str(stanza.from_), stanza) for stanza in stanzas]
    assert calls[1][1].show is PresenceShow.AWAY


def test_on_unavailable_once_for_each_resource_that_goes(rig):
    rig.arrive(DESK)
    rig.arrive(PHONE)
    calls = rig.presence.on_unavailable = Calls()
    rig.arrive(DESK, "unavailable")
    rig.arrive(DESK, "unavailable")
    rig.arrive(PHONE, "unavailable")
    assert [peer for peer, _ in calls] == [DESK, PHONE]


def test_unavailable_of_one_never_seen_is_no_change(rig):
    calls = rig.presence.on_unavailable = Calls()
    rig.push(FRIEND, "to")
    stanza = rig.arrive(FRIEND, "unavailable")
    assert calls == []
    assert rig.presence.get_contacts()[FRIEND]["presence"] is stanza


def test_bare_unavailable_ends_all_resources(rig):
    rig.push(FRIEND, "to")
    rig.arrive(DESK)
    rig.arrive(PHONE)
    calls = rig.presence.on_unavailable = Calls()
    rig.arrive(FRIEND, "unavailable")
    assert [peer for peer, _ in calls] == [FRIEND]
    assert rig.presence.get_contacts()[FRIEND]["presence"].type_ == PresenceType.UNAVAILABLE


def test_own_account_is_no_contact(rig):
    calls = rig.presence.on_available = rig.presence.on_unavailable = Calls()
    for sender in ("me@localhost/here", "me@localhost/elsewhere"):
        rig.arrive(sender)
        rig.arrive(sender, "unavailable")
    assert calls == []
    assert rig.presence.get_contacts() == {}


def test_error_presence_ends_availability(rig):
    rig.push(FRIEND, "to")
    rig.arrive(DESK)
    calls = rig.presence.on_unavailable = Calls()
    rig.arrive(FRIEND, "error")
    rig.arrive(FRIEND, "error")
    assert [peer for peer, _ in calls] == [FRIEND]
    assert "presence" not in rig.presence.get_contacts()[FRIEND]


def test_presence_without_sender_is_ignored(rig):
    calls = rig.presence.on_available = Calls()
    rig.do(lambda: rig.client.stream.on_presence_received(Presence()))
    assert calls == []


# --- contacts ---


def test_no_contacts_is_an_empty_dict(rig):
    contacts = rig.presence.get_contacts()
    assert isinstance(contacts, dict)
    assert contacts == {}
    assert repr(contacts) == "{}"


def test_contact_as_in_the_document(rig):
    rig.push(FRIEND, "both", name="My Friend", approved=True)
    stanza = rig.arrive(DESK)
    assert rig.presence.get_contacts() == {
        JID.fromstr(FRIEND): {
            "presence": stanza,
            "subscription": "both",
            "name": "My Friend",
            "approved": True,
        }
    }


def test_groups_and_ask(rig):
    rig.push(FRIEND, "none", ask="subscribe", groups=["b", "a"])
    assert rig.presence.get_contacts()[FRIEND] == {
        "subscription": "none",
        "ask": "subscribe",
        "groups": ["a", "b"],
    }
    rig.push(FRIEND, "to")
    assert rig.presence.get_contacts()[FRIEND] == {"subscription": "to"}


@pytest.mark.parametrize(
    "key", [FRIEND, DESK, "FRIEND@localhost", JID.fromstr(FRIEND), JID.fromstr(DESK)]
)
def test_look_up_by_jid_and_string(rig, key):
    rig.push(FRIEND, "to")
    contacts = rig.presence.get_contacts()
    assert contacts[key] == {"subscription": "to"}
    assert contacts.get(key) == {"subscription": "to"}
    assert key in contacts
    assert rig.presence.get_contact(key) == {"subscription": "to"}
    assert list(contacts) == [JID.fromstr(FRIEND)]


@pytest.mark.parametrize("key", ["nobody@localhost", "@", "", None, 3, JID.fromstr("x@y")])
def test_look_up_of_nobody(rig, key):
    rig.push(FRIEND, "to")
    contacts = rig.presence.get_contacts()
    assert key not in contacts
    assert contacts.get(key) is None
    assert contacts.get(key, 1) == 1
    with pytest.raises(KeyError):
        contacts[key]


def test_get_contact_raises_spades_errors(rig):
    with pytest.raises(spade.presence.ContactNotFound, match="nobody@localhost"):
        rig.presence.get_contact(JID.fromstr("nobody@localhost"))
    with pytest.raises(AttributeError):
        rig.presence.get_contact(None)


def test_contacts_are_a_snapshot(rig):
    rig.push(FRIEND, "to", groups=["work"])
    contacts = rig.presence.get_contacts()
    contacts[FRIEND]["groups"].append("?")
    contacts[FRIEND]["subscription"] = "?"
    contacts.clear()
    assert rig.presence.get_contacts()[FRIEND] == {"subscription": "to", "groups": ["work"]}


def test_strangers_do_not_appear_and_are_told(rig):
    calls = rig.presence.on_available = Calls()
    rig.arrive("stranger@localhost/x")
    assert rig.presence.get_contacts() == {}
    assert len(calls) == 1


def test_presence_before_the_roster_is_kept(make_rig):
    rig = make_rig()
    rig.begin_login()
    stanza = rig.arrive(DESK)
    rig.push(FRIEND, "to")
    assert rig.presence.get_contacts()[FRIEND]["presence"] is stanza


def test_removed_contacts_disappear_and_come_back_unknown(rig):
    rig.push(FRIEND, "both")
    rig.arrive(DESK)
    rig.push(FRIEND, "remove")
    assert rig.presence.get_contacts() == {}
    rig.push(FRIEND, "none", ask="subscribe")
    assert "presence" not in rig.presence.get_contacts()[FRIEND]
    stanza = rig.arrive(DESK)
    assert rig.presence.get_contacts()[FRIEND]["presence"] is stanza


def test_end_of_subscription_outdates_presence_and_tells_the_farewell(rig):
    rig.push(FRIEND, "both")
    rig.arrive(DESK)
    calls = rig.presence.on_unavailable = Calls()
    rig.push(FRIEND, "from")
    assert "presence" not in rig.presence.get_contacts()[FRIEND]
    stanza = rig.arrive(DESK, "unavailable")
    assert calls == [(DESK, stanza)]
    assert rig.presence.get_contacts()[FRIEND]["presence"] is stanza


def test_newest_presence_of_one_resource(rig):
    rig.push(FRIEND, "to")
    rig.arrive(DESK)
    newest = rig.arrive(DESK, show="dnd")
    assert rig.presence.get_contacts()[FRIEND]["presence"] is newest
    gone = rig.arrive(DESK, "unavailable", status={None: "bye"})
    assert rig.presence.get_contacts()[FRIEND]["presence"] is gone


@pytest.mark.parametrize(
    ("desk", "phone", "best"),
    [
        ({"priority": 5, "show": "away"}, {"priority": 1, "show": "chat"}, DESK),
        ({"priority": -1}, {"priority": 0, "show": "xa"}, PHONE),
        ({"show": "chat"}, {"show": "away"}, DESK),
        ({}, {}, PHONE),
    ],
)
def test_best_of_several_resources(rig, desk, phone, best):
    rig.push(FRIEND, "to")
    rig.arrive(DESK, **desk)
    rig.arrive(PHONE, **phone)
    assert str(rig.presence.get_contacts()[FRIEND]["presence"].from_) == best
    rig.arrive(best, "unavailable")
    other = DESK if best == PHONE else PHONE
    assert str(rig.presence.get_contacts()[FRIEND]["presence"].from_) == other


def test_of_equal_resources_the_one_that_spoke_last(rig):
    rig.push(FRIEND, "to")
    for sender in (DESK, PHONE, DESK):
        newest = rig.arrive(sender)
    assert rig.presence.get_contacts()[FRIEND]["presence"] is newest


def test_error_presence_takes_the_farewell_away(rig):
    rig.push(FRIEND, "to")
    rig.arrive(DESK, "unavailable")
    rig.arrive(FRIEND, "error")
    assert "presence" not in rig.presence.get_contacts()[FRIEND]


# --- subscriptions ---


@pytest.mark.parametrize("peer", [FRIEND, DESK, JID.fromstr(FRIEND), JID.fromstr(DESK)])
@pytest.mark.parametrize(
    ("method", "type_"),
    [("subscribe", "subscribe"), ("unsubscribe", "unsubscribe"), ("approve", "subscribed")],
)
def test_subscription_methods(rig, method, type_, peer):
    getattr(rig.presence, method)(peer)
    assert rig.sent_types() == [(type_, FRIEND)]


@pytest.mark.parametrize("method", ["subscribe", "unsubscribe", "approve"])
@pytest.mark.parametrize(
    "peer",
    [
        *("", "@", "friend", "friend@", "@localhost", "a b@localhost", "a@b@c", "a@local host"),
        *("a@b..c", "a@b/", "a\x00@b", "a@b\n", "a@<b>"),
    ],
)
def test_bad_jids_are_refused_by_name(rig, method, peer):
    with pytest.raises(ValueError, match=r"is not .*JID") as caught:
        getattr(rig.presence, method)(peer)
    assert repr(peer) in str(caught.value)
    assert rig.sent == []


@pytest.mark.parametrize("peer", [None, 3, b"a@b"])
def test_what_is_no_jid_at_all(rig, peer):
    with pytest.raises(TypeError, match="is not a JID"):
        rig.presence.subscribe(peer)


def test_jids_of_other_scripts_and_addresses(rig):
    for peer in ("ü@é.de", "a@[::1]", "a@127.0.0.1", "a@my_host.", "日本@例え.jp"):
        rig.presence.subscribe(peer)
    assert len(rig.sent) == 5


@pytest.mark.parametrize("approve_all", [False, True])
@pytest.mark.parametrize("kind", ["subscribe", "unsubscribe", "subscribed", "unsubscribed"])
def test_subscription_handlers_are_called_each_time(rig, kind, approve_all):
    rig.presence.approve_all = approve_all
    calls = Calls()
    setattr(rig.presence, f"on_{kind}", calls)
    rig.arrive(FRIEND, kind)
    rig.arrive(FRIEND, kind)
    assert calls == [(FRIEND,), (FRIEND,)]
    approvals = [("subscribed", FRIEND)] * 2 if approve_all and kind == "subscribe" else []
    assert rig.sent_types() == approvals


def test_approve_in_the_handler(rig):
    rig.presence.on_subscribe = rig.presence.approve
    rig.arrive(FRIEND, "subscribe")
    assert rig.sent_types() == [("subscribed", FRIEND)]


@pytest.mark.parametrize(
    "kind", ["on_subscribe", "on_unsubscribe", "on_subscribed", "on_unsubscribed", "on_available"]
)
def test_a_handler_stays_whatever_it_does(rig, kind):
    calls: list[Any] = []

    def handler(*arguments: Any) -> bool:
        calls.append(arguments)
        if len(calls) == 1:
            raise RuntimeError("first")
        return True

    setattr(rig.presence, kind, handler)
    for _ in range(3):
        rig.arrive(FRIEND, None if kind == "on_available" else kind.removeprefix("on_"))
    assert len(calls) == 3
    assert [(where, str(error)) for where, error in rig.failures] == [(kind, "first")]


def test_a_failing_handler_does_not_stop_the_contact_list(rig):
    rig.push(FRIEND, "to")
    rig.presence.on_available = lambda *_: 1 / 0
    stanza = rig.arrive(DESK, show="dnd")
    assert rig.presence.get_contacts()[FRIEND]["presence"] is stanza
    assert rig.failures[0][1].__traceback__ is not None


def test_coroutine_handlers_run_as_tasks(rig):
    seen = []

    async def handler(peer: str, stanza: Any) -> None:
        await asyncio.sleep(0)
        seen.append(peer)
        raise RuntimeError("late")

    rig.presence.on_available = handler
    rig.arrive(DESK)
    assert seen == [DESK]
    assert [(where, str(error)) for where, error in rig.failures] == [("on_available", "late")]


def test_failures_are_logged_by_default(make_rig, caplog):
    rig = make_rig()
    del rig.presence.report
    rig.presence.report = rig.presence._log
    rig.presence.on_subscribed = lambda _peer: 1 / 0
    with caplog.at_level(logging.ERROR):
        rig.arrive(FRIEND, "subscribed")
    assert "me@localhost: on_subscribed raised ZeroDivisionError" in caplog.text
    assert "Traceback" in caplog.text


def test_interrupts_are_not_held(rig):
    class Stop(BaseException):
        pass

    def handler(_peer: str) -> None:
        raise Stop

    rig.presence.on_subscribed = handler
    with pytest.raises(Stop):
        rig.arrive(FRIEND, "subscribed")


# --- requests that come before their handler ---


def test_request_before_the_handler_is_handed_over(rig):
    rig.arrive(FRIEND, "subscribe")
    rig.arrive(FRIEND, "subscribe")
    calls = rig.presence.on_subscribe = Calls()
    assert calls == []
    rig.do(lambda: None)
    assert calls == [(FRIEND,)]
    rig.presence.on_subscribe = second = Calls()
    rig.do(lambda: None)
    assert second == []


def test_request_before_approve_all_is_approved(rig):
    rig.arrive(FRIEND, "subscribe")
    rig.presence.approve_all = True
    rig.do(lambda: None)
    assert rig.sent_types() == [("subscribed", FRIEND)]


@pytest.mark.parametrize("first", ["approve_all", "on_subscribe"])
def test_request_before_both_reaches_both(rig, first):
    rig.arrive(FRIEND, "subscribe")
    calls = Calls()
    values = {"approve_all": True, "on_subscribe": calls}

    def assign() -> None:
        for name in sorted(values, key=lambda name: name != first):
            setattr(rig.presence, name, values[name])

    rig.do(assign)
    assert calls == [(FRIEND,)]
    assert rig.sent_types() == [("subscribed", FRIEND)]


def test_withdrawn_request_is_not_handed_over(rig):
    rig.arrive(FRIEND, "subscribe")
    rig.arrive(FRIEND, "unsubscribe")
    calls = rig.presence.on_subscribe = Calls()
    rig.do(lambda: None)
    assert calls == []


@pytest.mark.parametrize("answer", ["subscribed", "unsubscribed"])
def test_answered_request_is_not_handed_over(rig, answer):
    rig.arrive(FRIEND, "subscribe")
    stanza = Presence(type_=PresenceType(answer), to=JID.fromstr(FRIEND))
    rig.do(lambda: rig.client.enqueue(stanza))
    calls = rig.presence.on_subscribe = Calls()
    rig.do(lambda: None)
    assert calls == []


def test_request_answered_by_another_resource_is_not_handed_over(rig):
    rig.arrive(FRIEND, "subscribe")
    rig.push(FRIEND, "from")
    calls = rig.presence.on_subscribe = Calls()
    rig.do(lambda: None)
    assert calls == []


def test_request_during_login_waits_for_the_roster(make_rig):
    rig = make_rig()
    calls = rig.presence.on_subscribe = Calls()
    rig.presence.approve_all = True
    rig.begin_login()
    rig.arrive(FRIEND, "subscribe")
    assert calls == []
    rig.login()
    assert calls == [(FRIEND,)]
    assert rig.sent_types() == [("subscribed", FRIEND)]


def test_kept_requests_end_with_the_session(rig):
    rig.arrive(FRIEND, "subscribe")
    rig.lose_stream()
    rig.presence.on_subscribe = calls = Calls()
    rig.login()
    assert calls == []
    rig.arrive(FRIEND, "subscribe")
    assert calls == [(FRIEND,)]


def test_handler_can_be_taken_away(rig):
    rig.presence.on_subscribe = None
    rig.presence.on_subscribe("anybody")
    rig.arrive(FRIEND, "subscribe")
    calls = rig.presence.on_subscribe = Calls()
    rig.do(lambda: None)
    assert calls == [(FRIEND,)]


# --- a lost session ---


def test_without_recovery_the_view_stays(rig):
    rig.push(FRIEND, "to")
    rig.presence.set_available()
    stanza = rig.arrive(DESK)
    calls = rig.presence.on_unavailable = Calls()
    rig.lose_stream()
    assert calls == []
    assert rig.presence.get_contacts()[FRIEND]["presence"] is stanza


def test_rejoin_forgets_and_tells(make_rig):
    rig = make_rig(partial(PresenceManager, recovery="rejoin"))
    rig.login()
    rig.push(FRIEND, "to")
    rig.presence.set_available()
    rig.arrive(DESK)
    rig.arrive(PHONE)
    rig.arrive("gone@localhost/x")
    rig.arrive("gone@localhost/x", "unavailable")
    calls = rig.presence.on_unavailable = Calls()
    rig.lose_stream()
    assert [peer for peer, _ in calls] == [DESK, PHONE]
    assert all(stanza.type_ == PresenceType.UNAVAILABLE for _, stanza in calls)
    assert rig.presence.get_contacts()[FRIEND]["presence"].type_ == PresenceType.UNAVAILABLE
    assert rig.presence.presenceclient.get_peer_resources(JID.fromstr(FRIEND)) == {}
    rig.login()
    arrivals = rig.presence.on_available = Calls()
    stanza = rig.arrive(PHONE)
    assert arrivals == [(PHONE, stanza)]
    assert rig.presence.get_contacts()[FRIEND]["presence"] is stanza
    rig.lose_stream()
    assert [peer for peer, _ in calls] == [DESK, PHONE, PHONE]


def test_rejoin_is_silent_when_the_agent_left_itself(make_rig):
    rig = make_rig(partial(PresenceManager, recovery="rejoin"))
    rig.login()
    rig.push(FRIEND, "to")
    rig.presence.set_available()
    rig.arrive(DESK)
    calls = rig.presence.on_unavailable = Calls()
    rig.presence.set_unavailable()
    rig.lose_stream()
    assert calls == []
    assert rig.presence.get_contacts()[FRIEND]["presence"].type_ == PresenceType.UNAVAILABLE


def test_unknown_recovery_is_refused(make_rig):
    unknown: Any = "again"
    with pytest.raises(ValueError, match="recovery='again'"):
        make_rig(partial(PresenceManager, recovery=unknown))
