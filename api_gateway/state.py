"""What the routes work with: made once by the composition root, handed over by type."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends
from starlette.requests import HTTPConnection

from api_gateway.adapters.processes import Processes
from api_gateway.adapters.windows import Windows
from api_gateway.live.hub import EventHub
from api_gateway.live.pulse import Pulse
from api_gateway.live.waiting import Waiting
from api_gateway.readiness import Readiness
from api_gateway.settings import Settings
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
from malmoi.object_store.presigned import Presigner
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database
from malmoi.web.client_address import ClientAddresses
from malmoi.web.passwords import Passwords
from malmoi.web.tokens import Tokens
from malmoi.web.webhooks import WebhookSecrets


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything that lives as long as the gateway."""

    settings: Settings
    database: Database
    store: ObjectStore
    tokens: Tokens
    passwords: Passwords
    throttles: Throttles
    addresses: ClientAddresses
    door: Door
    baton: Baton
    line: Line
    intake: Intake
    quotas: Quotas
    hand_ins: Windows
    webhook_secrets: WebhookSecrets
    uploads: UploadOffice
    fetching: Fetching
    copying: Copying
    presigner: Presigner
    sign_intake: SignIntake
    hub: EventHub
    waiting: Waiting
    attendance: Attendance
    pulse: Pulse
    job_sockets: Counter[UUID]
    """Sockets at /ws/jobs, by user."""
    readiness: Readiness
    processes: Processes
    jobs: JobOffice
    letters: LetterOffice
    users: UserOffice


def state_of(connection: HTTPConnection) -> State:
    """The state of the application that answers this request."""
    return cast(State, connection.app.state.malmoi)


async def _state(connection: HTTPConnection) -> State:
    # Async though nothing waits: FastAPI calls everything else in a thread, at every request.
    return state_of(connection)


StateDep = Annotated[State, Depends(_state)]
