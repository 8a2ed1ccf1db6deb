"""`python -m result_handler`."""

from functools import partial

import uvloop

from malmoi.observability.logs import configure_logs
from malmoi.process import run_until_signalled
from result_handler.app import run
from result_handler.settings import Settings


def main() -> None:
    """Run until SIGTERM; exits 0 after a clean stop."""
    settings = Settings()
    configure_logs(settings, service="result_handler")
    uvloop.run(run_until_signalled(partial(run, settings)))


if __name__ == "__main__":
    main()
