"""Callbacks from a real PostgreSQL to real receivers, through days that pass in a moment."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from malmoi.contracts.callbacks import CallbackEvent, CallbackWish
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.events import EventType
from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.messages import TaskFailed, TaskSucceeded
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Transcript
from malmoi.object_store.keys import audio_key
from malmoi.persistence.callback_claims import Room, claim_callbacks
from malmoi.persistence.callback_secrets import replace_secret
from malmoi.persistence.callbacks import delete_old_deliveries, pending_deliveries, replay, told_of
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.events import tell_job
from malmoi.persistence.job_ends import cancel, delete_rows, do_again, lock_tasks_of
from malmoi.persistence.jobs import NewJob, accept_job, lock_job
from malmoi.persistence.tables import Callback, CallbackDelivery, CallbackSecret, Task, User
from malmoi.persistence.tasks import lock_task
from malmoi.web.outbound import Outbound
from malmoi.web.webhooks import WebhookSecrets
from result_handler.adapters.callback_sender import CallbackSender
from result_handler.callbacks import Callbacks
from result_handler.settings import CallbackSettings
from result_handler.usecases.complete_task import complete_task
from result_handler.usecases.fail_task import fail_task
from tests.integration.web.receiver import Received, Receiver, answer, flood, hang, trickle

SECRETS = WebhookSecrets(SecretStr("k" * 32))
ALL: tuple[CallbackEvent, ...] = ("completed", "failed", "cancelled", "progress")
DAY = timedelta(days=1)


@dataclass
class Shifted:
    """PostgreSQL's clock, put forward."""

    by: timedelta = timedelta(0)

    async def __call__(self, transaction: Transaction) -> datetime:
        return await transaction.now() + self.by


@dataclass
class Post:
    """Jobs with receivers, and the process that delivers."""

    database: Database
    clock: Shifted = field(default_factory=Shifted)
    settings: dict[str, Any] = field(default_factory=dict)

    def deliverer(self, **settings: Any) -> Callbacks:
        chosen = CallbackSettings(callback_secret_key=SecretStr("k" * 32), **settings)
        outbound = Outbound((ip_network("127.0.0.0/8"),))
        sender = CallbackSender(outbound, SECRETS, chosen.callback_timeout_s)
        return Callbacks(chosen, self.database, sender, self.clock)

    async def user(self) -> UUID:
        async with self.database.transaction() as transaction:
            user = User(email=f"{uuid4().hex}@example.com", password_hash="-")
            transaction.session.add(user)
            await transaction.session.flush()
            return user.id

    async def job(
        self, url: str, *events: CallbackEvent, user_id: UUID | None = None, host: str = "127.0.0.1"
    ) -> UUID:
        job_id = uuid4()
        new = NewJob(
            id=job_id,
            owner_user_id=user_id or await self.user(),
            engine=Engine.WHISPER,
            lane=Lane.BATCH,
            options=DecodeOptions(language=None, prompt=None),
            audio_key=audio_key(job_id),
            audio_bytes=1000,
            trace_id=uuid4().hex,
            callback=CallbackWish(url, host, events or ("completed", "failed", "cancelled")),
        )
        async with self.database.transaction() as transaction:
            await accept_job(transaction, new, now=await transaction.now())
        return job_id

    async def progress(self, job_id: UUID, percent: int) -> None:
        async with self.database.transaction() as transaction:
            job = await lock_job(transaction, job_id)
            assert job is not None
            told = {"job_id": str(job_id), "percent": percent, "stage": "recognising"}
            now = await transaction.now()
            tell_job(transaction, job, EventType.JOB_PROGRESS, told, now=now)

    async def complete(self, job_id: UUID) -> None:
        async with self.database.transaction() as transaction:
            held = await lock_task(transaction, await self._task(transaction, job_id))
            assert held is not None
            report = TaskSucceeded(**self._about(held.task), audio_s=5.0, model="base")
            spoken = Transcript(text="비밀 이야기", language="ko", duration_s=5.0)
            await complete_task(transaction, held, report, spoken)

    async def fail(self, job_id: UUID) -> None:
        async with self.database.transaction() as transaction:
            held = await lock_task(transaction, await self._task(transaction, job_id))
            assert held is not None
            report = TaskFailed(
                **self._about(held.task),
                code=TaskErrorCode.AUDIO_UNREADABLE,
                detail="no sound in it",
                retryable=False,
            )
            await fail_task(transaction, held, report, max_failures=1)

    async def cancel(self, job_id: UUID) -> None:
        async with self.database.transaction() as transaction:
            await cancel(transaction, await lock_tasks_of(transaction, job_id), detail="enough")

    async def deliveries(self, job_id: UUID) -> list[CallbackDelivery]:
        async with self.database.reading() as session:
            told = await told_of(session, job_id)
        assert told is not None
        return list(told.deliveries)

    async def next_due(self, job_id: UUID) -> datetime | None:
        """When the first event that is not delivered yet is tried again."""
        due = [each.due_at for each in await self.deliveries(job_id) if each.state == "pending"]
        return min(due, default=None)

    async def pass_time_until_due(self, job_id: UUID) -> None:
        due = await self.next_due(job_id)
        assert due is not None
        async with self.database.transaction() as transaction:
            self.clock.by = due - await transaction.now() + timedelta(seconds=1)

    async def _task(self, transaction: Transaction, job_id: UUID) -> UUID:
        found = await transaction.session.scalar(select(Task.id).where(Task.job_id == job_id))
        assert found is not None
        return found

    def _about(self, task: Task) -> dict[str, Any]:
        return {
            "task_id": task.id,
            "job_id": task.job_id,
            "attempt": task.attempt,
            "worker_id": "w1",
        }


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    yield Post(database)
    async with database.transaction() as transaction:  # what a test left open is not the next one's
        await transaction.session.execute(update(CallbackDelivery).values(state="delivered"))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().listening() as listening:
        yield listening


def told(receiver: Receiver) -> list[tuple[str, int]]:
    bodies = [json.loads(each.body) for each in receiver.received]
    return [(each["type"], each["data"]["seq"]) for each in bodies]


def ids(receiver: Receiver) -> list[str]:
    return [each.headers["webhook-id"] for each in receiver.received]


async def test_the_end_of_a_job_reaches_its_receiver(post: Post, receiver: Receiver) -> None:
    job_id = await post.job(receiver.url("/hook"))
    await post.complete(job_id)

    await post.deliverer().deliver_due()

    [got] = receiver.received
    [delivery] = await post.deliveries(job_id)
    assert (got.method, got.target) == ("POST", "/hook")
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == str(delivery.id)
    body = json.loads(got.body)
    assert body.pop("timestamp").endswith("Z")
    assert body == {
        "type": "job.completed",
        "data": {
            "job_id": str(job_id),
            "state": "completed",
            "seq": 1,
            "percent": 100,
            "duration_s": 5.0,
            "language": "ko",
            "result_url": f"/jobs/{job_id}/result",
        },
    }
    assert delivery.state == "delivered"
    assert [(each["status"], each["outcome"]) for each in delivery.attempts] == [(204, "delivered")]


async def test_a_failed_and_a_cancelled_job_say_why(post: Post, receiver: Receiver) -> None:
    failed = await post.job(receiver.url())
    cancelled = await post.job(receiver.url())
    await post.fail(failed)
    await post.cancel(cancelled)

    await post.deliverer().deliver_due()

    data = {
        each["job_id"]: each for each in (json.loads(r.body)["data"] for r in receiver.received)
    }
    assert data[str(failed)]["error"] == {"code": "AUDIO_UNREADABLE", "detail": "no sound in it"}
    assert data[str(cancelled)]["error"] == {"code": "CANCELLED", "detail": "enough"}
    assert "result_url" not in data[str(failed)]


async def test_progress_is_told_to_who_asks_for_it_only(post: Post, receiver: Receiver) -> None:
    asks, asks_not = await post.job(receiver.url("/a"), *ALL), await post.job(receiver.url("/b"))
    for job_id in (asks, asks_not):
        await post.progress(job_id, 40)
        await post.complete(job_id)

    await deliver_all(post, asks)
    await deliver_all(post, asks_not)

    of_a = [json.loads(each.body) for each in receiver.received if each.target == "/a"]
    assert [each["type"] for each in of_a] == ["job.progress", "job.completed"]
    assert (of_a[0]["data"]["percent"], of_a[0]["data"]["state"]) == (40, "queued")
    assert len([each for each in receiver.received if each.target == "/b"]) == 1


async def test_a_job_without_receiver_has_no_rows(post: Post) -> None:
    async with post.database.transaction() as transaction:
        job_id = uuid4()
        new = NewJob(
            id=job_id,
            owner_user_id=await post.user(),
            engine=Engine.WHISPER,
            lane=Lane.BATCH,
            options=DecodeOptions(language=None, prompt=None),
            audio_key=audio_key(job_id),
            audio_bytes=1000,
            trace_id=uuid4().hex,
        )
        await accept_job(transaction, new, now=await transaction.now())
    await post.complete(job_id)

    async with post.database.reading() as session:
        assert await told_of(session, job_id) is None


async def test_a_receiver_that_was_down_for_a_day_hears_everything_once_and_in_order(
    post: Post,
) -> None:
    """Nobody listens at first; each attempt is made when it is due, until the day is over."""
    receiver = Receiver()
    async with receiver.listening():
        pass  # takes a port, and leaves it
    job_id = await post.job(receiver.url(), *ALL)
    for percent in (10, 20, 30):
        await post.progress(job_id, percent)
    await post.complete(job_id)
    deliverer = post.deliverer()

    tries = 0
    while post.clock.by < DAY:
        await deliverer.deliver_due()
        await post.pass_time_until_due(job_id)
        tries += 1
    async with receiver.listening():
        await deliver_all(post, job_id)

    assert told(receiver) == [
        ("job.progress", 1),
        ("job.progress", 2),
        ("job.progress", 3),
        ("job.completed", 4),
    ]
    assert len(set(ids(receiver))) == 4
    assert 24 < tries < 70, "an hour at most between two attempts, and more and more at first"
    first, *_ = await post.deliveries(job_id)
    assert {each["outcome"] for each in first.attempts[:-1]} == {"connection_failed"}


async def test_pauses_grow(post: Post) -> None:
    job_id = await post.job("http://127.0.0.1:9/")
    await post.complete(job_id)
    deliverer = post.deliverer()

    pauses = []
    for _ in range(14):
        await deliverer.deliver_due()
        due = await post.next_due(job_id)
        async with post.database.transaction() as transaction:
            assert due is not None
            pauses.append((due - await post.clock(transaction)).total_seconds())
        await post.pass_time_until_due(job_id)

    for number, pause in enumerate(pauses):
        full = min(5 * 2**number, 3600)
        assert full / 2 - 2 <= pause <= full + 1


async def test_after_more_than_a_day_an_event_is_given_up(post: Post) -> None:
    job_id = await post.job("http://127.0.0.1:9/")
    await post.complete(job_id)
    deliverer = post.deliverer(callback_retry_max_s=36000)

    while await post.next_due(job_id) is not None:
        await post.pass_time_until_due(job_id)
        await deliverer.deliver_due()

    [delivery] = await post.deliveries(job_id)
    assert delivery.state == "failed"
    assert delivery.ended_at is not None
    assert timedelta(hours=26) <= delivery.ended_at - delivery.created_at < timedelta(hours=27)


async def test_410_ends_it_for_the_whole_job(post: Post, receiver: Receiver) -> None:
    receiver.behave = answer(410)
    job_id = await post.job(receiver.url(), *ALL)
    await post.progress(job_id, 10)
    await post.progress(job_id, 20)
    deliverer = post.deliverer()
    await deliverer.deliver_due()
    await post.complete(job_id)
    await deliverer.deliver_due()

    assert told(receiver) == [("job.progress", 1)]
    assert [each.state for each in await post.deliveries(job_id)] == ["dropped"] * 3


async def test_410_of_one_job_is_not_of_another(post: Post, receiver: Receiver) -> None:
    receiver.behave = answer(410)
    gone, other = await post.job(receiver.url()), await post.job(receiver.url())
    await post.complete(gone)
    await post.deliverer().deliver_due()
    receiver.behave = answer(200)
    await post.complete(other)
    await post.deliverer().deliver_due()

    assert [each.state for each in await post.deliveries(other)] == ["delivered"]


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_the_receiver_says_when_to_come_back(
    post: Post, receiver: Receiver, form: str
) -> None:
    job_id = await post.job(receiver.url())
    await post.complete(job_id)
    async with post.database.transaction() as transaction:
        now = await transaction.now()
    asked = (
        "1800" if form == "seconds" else format_datetime(now + timedelta(minutes=30), usegmt=True)
    )
    receiver.behave = answer(429, Retry_After=asked)

    await post.deliverer().deliver_due()

    due = await post.next_due(job_id)
    assert due is not None
    assert timedelta(minutes=29) < due - now < timedelta(minutes=31)


async def test_nobody_comes_back_only_in_a_year(post: Post, receiver: Receiver) -> None:
    receiver.behave = answer(503, Retry_After="31536000")
    job_id = await post.job(receiver.url())
    await post.complete(job_id)
    async with post.database.transaction() as transaction:
        now = await transaction.now()

    await post.deliverer().deliver_due()

    due = await post.next_due(job_id)
    assert due is not None
    assert timedelta(minutes=59) < due - now < timedelta(minutes=61)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, "redirected"),
        (307, "redirected"),
        (304, "redirected"),
        (400, "rejected"),
        (500, "rejected"),
    ],
)
async def test_only_2xx_counts(post: Post, receiver: Receiver, status: int, outcome: str) -> None:
    receiver.behave = answer(status, Location=receiver.url("/elsewhere"))
    job_id = await post.job(receiver.url("/hook"))
    await post.complete(job_id)

    await post.deliverer().deliver_due()

    assert [each.target for each in receiver.received] == ["/hook"]
    [delivery] = await post.deliveries(job_id)
    assert delivery.state == "pending"
    assert [(each["status"], each["outcome"]) for each in delivery.attempts] == [(status, outcome)]


@pytest.mark.parametrize("behave", [trickle, hang])
async def test_a_slow_receiver_costs_its_time_and_no_more(
    post: Post, receiver: Receiver, behave: Any
) -> None:
    receiver.behave = behave
    job_id = await post.job(receiver.url())
    await post.complete(job_id)

    async with asyncio.timeout(10):
        await post.deliverer(callback_timeout_s=0.3).deliver_due()

    [delivery] = await post.deliveries(job_id)
    assert [each["outcome"] for each in delivery.attempts] == ["timed_out"]


async def test_an_endless_answer_is_not_read(post: Post, receiver: Receiver) -> None:
    receiver.behave = flood
    job_id = await post.job(receiver.url())
    await post.complete(job_id)

    async with asyncio.timeout(10):
        await post.deliverer().deliver_due()

    assert [each.state for each in await post.deliveries(job_id)] == ["delivered"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"])
async def test_what_leads_inside_is_refused_at_delivery(
    post: Post, receiver: Receiver, host: str
) -> None:
    job_id = await post.job(receiver.url("/", host), host=host)
    await post.complete(job_id)
    settings = CallbackSettings(callback_secret_key=SecretStr("k" * 32))

    await Callbacks.of(settings, post.database).deliver_due()

    [delivery] = await post.deliveries(job_id)
    assert [each["outcome"] for each in delivery.attempts] == ["address_refused"]
    assert receiver.connections == 0


async def test_a_dead_receiver_delays_nobody_else(post: Post, receiver: Receiver) -> None:
    async with Receiver(hang).listening() as dead:
        user_id = await post.user()
        for _ in range(10):
            await post.complete(await post.job(dead.url(), user_id=user_id, host="dead"))
        await post.complete(await post.job(receiver.url(), user_id=user_id, host="well"))
        running = asyncio.create_task(post.deliverer(callbacks_at_once=6).run())
        await until(lambda: len(receiver.received) == 1)
        await asyncio.sleep(0.2)
        assert dead.connections == 4, "as many as one host may have open"
        await end(running)


async def test_two_deliverers_send_each_event_once(post: Post, receiver: Receiver) -> None:
    jobs = [await post.job(receiver.url(), *ALL) for _ in range(15)]
    for job_id in jobs:
        await post.progress(job_id, 50)
        await post.complete(job_id)

    both = [asyncio.create_task(post.deliverer().run()) for _ in range(2)]
    await until(lambda: len(receiver.received) >= 30)
    await asyncio.sleep(0.3)
    await end(*both)

    assert len(receiver.received) == len(set(ids(receiver))) == 30
    for job_id in jobs:
        of_job = [json.loads(each.body)["data"] for each in receiver.received]
        assert [each["seq"] for each in of_job if each["job_id"] == str(job_id)] == [1, 2]


async def test_one_killed_before_its_note_is_followed_by_the_same_id(
    post: Post, receiver: Receiver
) -> None:
    job_id = await post.job(receiver.url())
    await post.complete(job_id)
    killed = post.deliverer()
    heard = asyncio.Event()

    async def listen(request: Received, writer: asyncio.StreamWriter) -> None:
        heard.set()
        await hang(request, writer)

    receiver.behave = listen
    running = asyncio.create_task(killed.run())
    await heard.wait()
    await end(running)
    receiver.behave = answer(204)

    await post.deliverer().deliver_due()
    assert len(receiver.received) == 1, "its lease holds still"
    post.clock.by = timedelta(minutes=1)
    await post.deliverer().deliver_due()

    assert len(receiver.received) == 2
    assert len(set(ids(receiver))) == 1
    assert [each.state for each in await post.deliveries(job_id)] == ["delivered"]


async def test_who_comes_back_after_its_lease_notes_nothing(post: Post, receiver: Receiver) -> None:
    job_id = await post.job(receiver.url())
    await post.complete(job_id)
    late = post.deliverer()
    async with post.database.transaction() as transaction:
        now = await transaction.now()
        room = Room(in_all=9, per_user=9, per_host=9)
        claims, _ = await claim_callbacks(transaction, room, now=now, lease=timedelta(seconds=1))
    [claim] = claims
    post.clock.by = timedelta(minutes=1)
    await post.deliverer().deliver_due()
    late._open[claim.lease_id] = claim
    await late._deliver(claim, [])

    [delivery] = await post.deliveries(job_id)
    assert len(receiver.received) == 2
    assert len(delivery.attempts) == 1


async def test_a_deleted_job_takes_its_callbacks_along(post: Post, receiver: Receiver) -> None:
    job_id = await post.job(receiver.url())
    await post.complete(job_id)
    async with post.database.transaction() as transaction:
        job = await lock_job(transaction, job_id)
        assert job is not None
        await delete_rows(transaction, job)

    await post.deliverer().deliver_due()

    assert receiver.received == []
    async with post.database.reading() as session:
        for table in (Callback, CallbackDelivery):
            rows = await session.scalars(select(table).where(table.job_id == job_id))
            assert rows.all() == []


async def test_a_job_deleted_while_it_is_told_harms_nobody(post: Post, receiver: Receiver) -> None:
    job_id = await post.job(receiver.url())
    await post.complete(job_id)

    async def delete_meanwhile(request: Received, writer: asyncio.StreamWriter) -> None:
        async with post.database.transaction() as transaction:
            job = await lock_job(transaction, job_id)
            assert job is not None
            await delete_rows(transaction, job)
        await answer(204)(request, writer)

    receiver.behave = delete_meanwhile
    await post.deliverer().deliver_due()

    assert len(receiver.received) == 1


async def test_a_job_done_again_has_the_same_receiver(post: Post, receiver: Receiver) -> None:
    job_id = await post.job(receiver.url(), "completed", "progress")
    await post.fail(job_id)
    async with post.database.transaction() as transaction:
        ended = await lock_job(transaction, job_id)
        assert ended is not None
        again = await do_again(transaction, ended, now=await transaction.now())
    await post.complete(again.id)

    await post.deliverer().deliver_due()

    assert told(receiver) == [("job.completed", 1)]


async def test_a_replay_keeps_the_id(post: Post, receiver: Receiver) -> None:
    job_id = await post.job(receiver.url())
    await post.complete(job_id)
    await post.deliverer().deliver_due()
    [delivery] = await post.deliveries(job_id)

    await replayed(post, job_id, delivery.id)
    await post.deliverer().deliver_due()

    assert ids(receiver) == [str(delivery.id)] * 2
    [delivery] = await post.deliveries(job_id)
    assert (delivery.state, len(delivery.attempts)) == ("delivered", 2)


async def test_a_replay_waits_no_more_and_asks_who_had_refused(
    post: Post, receiver: Receiver
) -> None:
    receiver.behave = answer(500)
    job_id = await post.job(receiver.url())
    await post.complete(job_id)
    await post.deliverer().deliver_due()
    [delivery] = await post.deliveries(job_id)
    receiver.behave = answer(410)
    await replayed(post, job_id, delivery.id)
    await post.deliverer().deliver_due()
    receiver.behave = answer(200)
    await replayed(post, job_id, delivery.id)
    await post.deliverer().deliver_due()

    [delivery] = await post.deliveries(job_id)
    assert [each["status"] for each in delivery.attempts] == [500, 410, 200]
    assert delivery.state == "delivered"


async def test_a_receiver_knows_us_by_the_secret(post: Post, receiver: Receiver) -> None:
    user_id = await post.user()
    secret = await new_secret(post, user_id)
    await post.complete(await post.job(receiver.url(), user_id=user_id))

    await post.deliverer().deliver_due()

    [got] = receiver.received
    verified = Webhook(secret).verify(got.body, got.headers)
    assert verified["type"] == "job.completed"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body.replace(b"completed", b"cancelled"), got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(await new_secret(post, await post.user())).verify(got.body, got.headers)


async def test_old_and_new_secret_sign_for_a_day(post: Post, receiver: Receiver) -> None:
    user_id = await post.user()
    old, new = await new_secret(post, user_id), await new_secret(post, user_id)
    await post.complete(await post.job(receiver.url(), user_id=user_id))
    await post.deliverer().deliver_due()
    async with post.database.transaction() as transaction:
        await transaction.session.execute(
            update(CallbackSecret)
            .where(CallbackSecret.user_id == user_id)
            .values(ends_at=CallbackSecret.ends_at - timedelta(hours=24))
        )
    await post.complete(await post.job(receiver.url(), user_id=user_id))
    await post.deliverer().deliver_due()

    during, after = receiver.received
    for secret in (old, new):
        Webhook(secret).verify(during.body, during.headers)
    Webhook(new).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(after.body, after.headers)


async def test_what_is_counted_and_swept(post: Post, receiver: Receiver) -> None:
    waiting, done = await post.job("http://127.0.0.1:9/"), await post.job(receiver.url())
    await post.complete(done)
    await post.deliverer().deliver_due()
    await post.complete(waiting)
    async with post.database.transaction() as transaction:
        count, oldest_s = await pending_deliveries(transaction.session)
        swept = await delete_old_deliveries(transaction.session, older_than=timedelta(seconds=-9))
    assert count == 1
    assert 0 <= oldest_s < 60
    assert swept >= 1
    assert len(await post.deliveries(done)) == 0
    assert len(await post.deliveries(waiting)) == 1


async def test_no_url_and_no_body_stands_in_the_logs(
    post: Post, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    await post.complete(await post.job(receiver.url("/hook?token=sesame")))

    await post.deliverer().deliver_due()

    assert "sesame" not in "".join(capfd.readouterr())


async def deliver_all(post: Post, job_id: UUID) -> None:
    deliverer = post.deliverer()
    while await post.next_due(job_id) is not None:
        await deliverer.deliver_due()


async def replayed(post: Post, job_id: UUID, delivery_id: UUID) -> None:
    async with post.database.transaction() as transaction:
        assert await replay(transaction, job_id, delivery_id) is not None


async def new_secret(post: Post, user_id: UUID) -> str:
    async with post.database.transaction() as transaction:
        newest, *_ = await replace_secret(transaction, user_id)
    return SECRETS.secret(newest.id)


async def until(condition: Any, within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.01)


async def end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
