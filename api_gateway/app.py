"""The composition root: reads top to bottom, opens and closes everything."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from http import HTTPStatus

import structlog
from fastapi import FastAPI
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.middleware.cors import CORSMiddleware

from api_gateway.adapters.cancel_flags import CancelFlags
from api_gateway.adapters.processes import Processes
from api_gateway.adapters.speaker_lock import SpeakerLock
from api_gateway.adapters.windows import Windows
from api_gateway.background import in_background
from api_gateway.described import DescribedApp, refuse_method
from api_gateway.live.hub import EventHub
from api_gateway.live.pulse import STALE_AFTER_TICKS, Pulse, expire_batons
from api_gateway.live.subscription import Subscription
from api_gateway.live.waiting import Waiting
from api_gateway.readiness import Readiness
from api_gateway.routes import (
    accounts,
    baton,
    callbacks,
    clips,
    console,
    direct_uploads,
    exports,
    health,
    invitations,
    job_results,
    jobs,
    keys,
    messages,
    openai,
    own_quota,
    recordings,
    retention,
    rooms,
    signing_secrets,
    signs,
    sockets,
)
from api_gateway.settings import Settings
from api_gateway.state import State
from api_gateway.throttles import Throttles
from api_gateway.usecases.govern_jobs import JobOffice
from api_gateway.usecases.govern_users import UserOffice
from api_gateway.usecases.hand_in import Intake
from api_gateway.usecases.hand_in_sign import SignIntake
from api_gateway.usecases.join_room import Door
from api_gateway.usecases.line_up import Line
from api_gateway.usecases.mind_quotas import Quotas
from api_gateway.usecases.pass_baton import Baton
from api_gateway.usecases.settle_letters import LetterOffice
from api_gateway.usecases.settle_presence import Attendance
from api_gateway.usecases.sources import Copying, Fetching
from api_gateway.usecases.upload_directly import UploadOffice
from malmoi.live.bus import publish_events
from malmoi.live.clips import ClipHandover
from malmoi.live.services import stay_noted
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.publisher import Publisher
from malmoi.object_store.multipart import Multipart
from malmoi.object_store.presigned import Presigner
from malmoi.object_store.store import ObjectStore, StoreUnavailable
from malmoi.observability.trace import HTTP_HEADER
from malmoi.persistence.database import Transaction, open_database
from malmoi.persistence.faults import DATABASE_AWAY, OUR_FAULT
from malmoi.persistence.presence import Patience
from malmoi.persistence.quotas import Quota
from malmoi.relay import OutboxRelay
from malmoi.web.access import AccessMiddleware
from malmoi.web.body_limit import BodyLimitMiddleware
from malmoi.web.client_address import ClientAddresses
from malmoi.web.outbound import Bounds, Outbound
from malmoi.web.passwords import Passwords
from malmoi.web.problems import install_problems
from malmoi.web.tokens import Tokens
from malmoi.web.trace import TraceMiddleware
from malmoi.web.webhooks import WebhookSecrets

_REDIS_ANSWERS_WITHIN_S = 2.0
_DESCRIPTION = """Two people in a room, one speaks at a time, and the other reads what was said.

Refusals are problem+json (RFC 9457) with a stable `code`; under /v1/ they have OpenAI's shape.
Events come by `/ws/rooms/{room_id}` or by polling."""

log = structlog.get_logger()


def create_app(settings: Settings) -> FastAPI:
    """The gateway. `app.state.malmoi` holds its parts while it runs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_state(settings, failed=app.state.background_failed) as state:
            app.state.malmoi = state
            log.info("gateway.started")
            yield
        log.info("gateway.stopped")

    app = DescribedApp(
        title="Malmoi",
        version="1.0.0",
        description=_DESCRIPTION,
        servers=[
            {"url": "/api", "description": "through nginx"},
            {"url": "/", "description": "the gateway itself"},
        ],
        lifespan=lifespan,
    )
    app.state.background_failed = asyncio.Event()
    for each in (
        accounts,
        keys,
        retention,
        own_quota,
        rooms,
        invitations,
        baton,
        clips,
        signs,
        messages,
        recordings,
        exports,
        direct_uploads,
        jobs,
        job_results,
        callbacks,
        signing_secrets,
        openai,
        console,
        health,
        sockets,
    ):
        app.include_router(each.router)
    install_problems(app, away=(*DATABASE_AWAY, StoreUnavailable), ours=OUR_FAULT)
    app.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, refuse_method)
    _add_middleware(app, settings)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """The last one added is the outermost."""
    app.add_middleware(
        BodyLimitMiddleware,
        upload_bytes=int(settings.max_upload_size),
        by_path_end={signs.UPLOAD_PATH_END: int(settings.max_sign_upload_size)},
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_allowed_origins,
        allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "Prefer",
            "Range",
            HTTP_HEADER,
        ],
        expose_headers=[
            "Content-Disposition",
            "Content-Range",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            HTTP_HEADER,
        ],
    )
    app.add_middleware(AccessMiddleware)
    app.add_middleware(TraceMiddleware)


@asynccontextmanager
async def open_state(settings: Settings, *, failed: asyncio.Event) -> AsyncIterator[State]:
    """Everything the routes work with, running; `failed` is set when a part of it dies."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings))
        redis = Redis.from_url(
            settings.redis_url.get_secret_value(),
            retry=Retry(NoBackoff(), 1),
            socket_timeout=_REDIS_ANSWERS_WITHIN_S,
            socket_connect_timeout=_REDIS_ANSWERS_WITHIN_S,
        )
        stack.push_async_callback(redis.aclose)
        passwords = Passwords()
        stack.callback(passwords.close)
        store = ObjectStore(settings)
        multipart = Multipart(store)
        max_bytes = int(settings.max_recording_size)
        watch = ClusterWatch(settings)
        publisher = Publisher(settings, watch)
        stack.push_async_callback(publisher.close)
        relay = OutboxRelay(database, publisher)

        async def after_commit(transaction: Transaction) -> None:
            relay.carry(transaction.outbox)
            await publish_events(redis, transaction.events)

        database.after_commit = after_commit
        subscription = Subscription(redis)
        hub = EventHub(database, subscription)
        line = Line(database, offer=timedelta(seconds=settings.hand_offer_s))
        attendance = Attendance(
            database,
            line,
            Patience(
                socket=timedelta(seconds=STALE_AFTER_TICKS * settings.ping_interval_s),
                seat=timedelta(seconds=settings.seat_ttl_s),
            ),
        )
        pulse = Pulse(database, hub, attendance, interval_s=settings.ping_interval_s)
        ttl = timedelta(seconds=settings.speaker_ttl_seconds)
        speaker_baton = Baton(
            database,
            SpeakerLock(redis, ttl),
            line,
            ttl=ttl,
            max_hold=timedelta(seconds=settings.baton_max_hold_s),
        )
        throttles = Throttles.of(
            redis, failures=settings.login_max_failures, window_s=settings.login_window_s
        )
        await stack.enter_async_context(
            in_background(
                failed,
                watch.run(),
                relay.run(),
                subscription.run(),
                pulse.run(),
                expire_batons(database, speaker_baton, line),
                stay_noted(redis, "api_gateway"),
            )
        )
        quotas = Quotas(
            database,
            Quota(
                hand_in_per_minute=settings.hand_in_per_minute,
                open_jobs=settings.open_jobs_per_user,
                audio_bytes_per_day=int(settings.audio_per_day),
            ),
        )
        jobs = JobOffice(database, store, CancelFlags(redis))
        yield State(
            settings=settings,
            database=database,
            store=store,
            tokens=Tokens(settings.jwt_secret_key, life=settings.access_token_life),
            passwords=passwords,
            throttles=throttles,
            addresses=ClientAddresses(map(str, settings.trusted_proxies)),
            door=Door(database, passwords, throttles.door),
            baton=speaker_baton,
            line=line,
            webhook_secrets=WebhookSecrets(settings.callback_secret_key),
            intake=Intake(database, store, quotas, ClipHandover(redis)),
            quotas=quotas,
            hand_ins=Windows(redis, "hand-ins", window_s=60),
            uploads=UploadOffice(
                database,
                multipart,
                quotas,
                max_bytes=max_bytes,
                life=timedelta(seconds=settings.upload_expire_s),
            ),
            fetching=Fetching(
                Outbound(settings.outbound_allowed_networks),
                multipart,
                Bounds(total_s=settings.source_fetch_s, max_bytes=max_bytes),
            ),
            copying=Copying(store, settings.object_prefixes_allowed, max_bytes),
            presigner=Presigner(settings),
            sign_intake=SignIntake(database, store),
            hub=hub,
            waiting=Waiting(database, hub),
            attendance=attendance,
            pulse=pulse,
            job_sockets=Counter(),
            readiness=Readiness(database, redis, store, watch),
            processes=Processes(redis),
            jobs=jobs,
            letters=LetterOffice(database, jobs),
            users=UserOffice(database, passwords),
        )
