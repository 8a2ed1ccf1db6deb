"""Accounts: signing up, signing in, and who the caller is."""

from http import HTTPStatus

from fastapi import APIRouter, Request

from api_gateway.callers import CurrentUser
from api_gateway.errors import EmailTaken, InvalidCredentials
from api_gateway.schemas.accounts import LoginIn, LoginOut, MeOut, SignUpIn, SignUpOut, UserOut
from api_gateway.state import State, StateDep
from api_gateway.usecases.sign_in import Credentials, sign_in
from api_gateway.usecases.sign_up import sign_up
from malmoi.contracts.problems import TooManyAttempts, Unauthorized
from malmoi.web.problems import Malformed, problems

router = APIRouter(tags=["accounts"])


@router.post(
    "/auth/signup",
    status_code=HTTPStatus.CREATED,
    responses=problems(EmailTaken, TooManyAttempts, Malformed),
)
async def create_account(body: SignUpIn, request: Request, state: StateDep) -> SignUpOut:
    """Open an account; the answer holds a token already."""
    wanted = _credentials(body, request, state)
    user = await sign_up(state.database, state.passwords, state.throttles.sign_ups, wanted)
    return SignUpOut(user=UserOut.of(user), token=state.tokens.issue(user.id))


@router.post("/auth/login", responses=problems(InvalidCredentials, TooManyAttempts, Malformed))
async def log_in(body: LoginIn, request: Request, state: StateDep) -> LoginOut:
    """Exchange address and password for a token."""
    given = _credentials(body, request, state)
    user = await sign_in(state.database, state.passwords, state.throttles.sign_ins, given)
    life_s = int(state.tokens.life.total_seconds())
    return LoginOut(token=state.tokens.issue(user.id), expires_in=life_s)


@router.get("/me", responses=problems(Unauthorized))
async def show_me(user: CurrentUser) -> MeOut:
    """The account that the token speaks for."""
    return MeOut(user=UserOut.of(user))


def _credentials(body: SignUpIn | LoginIn, request: Request, state: State) -> Credentials:
    return Credentials(
        email=body.email,
        password=body.password.get_secret_value(),
        client_address=state.addresses.of(request),
    )
