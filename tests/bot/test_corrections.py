# SPDX-License-Identifier: AGPL-3.0-or-later
"""What officers correct can be reviewed and learnt from; what is restricted stays where it is."""

from __future__ import annotations

from bot.cases import Filing
from bot.corrections import as_tsv, corrected
from bot.keyring import Keyring
from bot.store.engine import Store
from tests.bot.office import Office
from tests.conftest import Clock


def test_a_corrected_case_becomes_a_labelled_row(store: Store, ring: Keyring, clock: Clock) -> None:
    office = Office(store, ring, clock)
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session, "complaint", "P2")
        office.case(session, "complaint", "P2", address="+218910000002")
        office.cases.correct(session, officer, case, Filing("assistance_request", "P3", None, "cash"))
    with store.read() as session:
        text = as_tsv(corrected(session, ring, "en"))
        other = as_tsv(corrected(session, ring, "fr"))
    assert text.splitlines()[1:] == ["assistance_request\tcash\thard\t-\t-\twords"]
    assert other.count("\n") == 1


def test_a_restricted_correction_is_written_only_when_asked_for(store: Store, ring: Keyring, clock: Clock) -> None:
    office = Office(store, ring, clock)
    with store.write() as session:
        focal = office.officer(session, "focal", "focal_point", compartments=["protection"])
        case = office.case(session, "pseah", "P1", "protection")
        office.cases.correct(session, focal, case, Filing("protection", "P1", "protection"))
    with store.read() as session:
        assert list(corrected(session, ring, "en")) == []
        assert [row.category for row in corrected(session, ring, "en", restricted=True)] == ["protection"]
