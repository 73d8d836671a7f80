# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that happens by the clock, in one list.

APScheduler only ticks. What is due lives in rows, and each tick is claimed by a row, so that of several schedulers
exactly one works it and a missed tick delays work and loses none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot import privacy
from bot.cases import Cases
from bot.metrics import JOBS
from bot.store.cases import Case, Notice
from bot.store.engine import Store
from bot.store.messages import DeadLetter
from bot.store.officers import Officer, Tick

_AT_ONCE = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is looked for every so often. It is given a session whose transaction holds the tick's claim."""

    name: str
    every: timedelta
    work: Callable[[Session], None]


def own_jobs(cases: Cases, clock: Callable[[], datetime]) -> list[Job]:
    """The jobs of cases and privacy; content brings its own."""
    return [
        Job("ladder", timedelta(seconds=10), lambda session: climb(session, cases, clock())),
        Job("letters", timedelta(minutes=1), lambda session: tell_of_letters(session, clock())),
        Job("sweep", timedelta(hours=6), lambda session: privacy.sweep(session, clock())),
    ]


def climb(session: Session, cases: Cases, now: datetime) -> None:
    """Take every case whose answer is overdue one rung up."""
    due = (
        select(Case)
        .where(Case.next_check_at <= now)
        .order_by(Case.next_check_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    for case in session.scalars(due).all():
        try:
            with session.begin_nested():
                cases.overdue(session, case)
        except Exception as error:  # one odd case must not keep the others from climbing
            _log.error("a case could not climb: %s", type(error).__name__)


def tell_of_letters(session: Session, now: datetime) -> None:
    """Give administrators one notice for the dead letters that came since the last."""
    fresh = update(DeadLetter).where(DeadLetter.noticed_at.is_(None)).values(noticed_at=now).returning(DeadLetter.id)
    if not session.scalars(fresh).all():
        return
    for officer in session.scalars(select(Officer).where(Officer.active)):
        if "administrator" in officer.roles:
            session.add(Notice(kind="dead_letter", officer_id=officer.id, at=now))


class Ticker:
    """Runs jobs on their ticks in this process."""

    def __init__(self, store: Store, jobs: Sequence[Job], clock: Callable[[], datetime]) -> None:
        self._store, self._jobs, self._clock = store, jobs, clock
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(2)},
            # A late tick is still worked, once: dropping it without a word is the library's default.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )

    def start(self) -> None:
        for job in self._jobs:
            self._scheduler.add_job(
                self.tick,
                "interval",
                args=[job],
                seconds=job.every.total_seconds(),
                id=job.name,
                next_run_time=datetime.now(UTC) + timedelta(seconds=1),
            )
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=True)

    def tick(self, job: Job) -> bool:
        """Work one tick of a job, if no other scheduler has it. Returns whether it was worked here."""
        try:
            with self._store.write() as session:
                if not self._claim(session, job):
                    return False
                job.work(session)
        except Exception as error:  # the next tick finds the same rows still due
            _log.error("the job %s failed: %s", job.name, type(error).__name__)
            JOBS.labels(job.name, "failed").inc()
            return False
        JOBS.labels(job.name, "done").inc()
        return True

    def _claim(self, session: Session, job: Job) -> bool:
        seconds = int(job.every.total_seconds())
        stamp = int(self._clock().timestamp()) // seconds * seconds
        insert: Any = sqlite.insert if self._store.sqlite else postgresql.insert
        claim = (
            insert(Tick)
            .values(job=job.name, at=datetime.fromtimestamp(stamp, UTC))
            .on_conflict_do_nothing()
            .returning(Tick.job)
        )
        return session.scalar(claim) is not None
