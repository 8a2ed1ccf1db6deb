"""`python -m sign_service`."""

import sys
from functools import partial

import uvloop

from malmoi.observability.logs import configure_logs
from malmoi.process import run_until_signalled
from sign_service.run import run
from sign_service.settings import Settings
from sign_service.translator import TranslatorMissing


def main() -> None:
    """Run until SIGTERM; exits 0 after a drain, 1 when the translator cannot be made."""
    settings = Settings()
    configure_logs(settings, service="sign_service")
    try:
        uvloop.run(run_until_signalled(partial(run, settings)))
    except TranslatorMissing as error:
        sys.exit(f"malmoi: {error}")


if __name__ == "__main__":
    main()
