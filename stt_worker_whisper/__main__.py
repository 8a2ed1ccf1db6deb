"""`python -m stt_worker_whisper`."""

import sys
from functools import partial

import uvloop

from malmoi.contracts.jobs import Engine
from malmoi.observability.logs import configure_logs
from malmoi.process import run_until_signalled
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.run import run
from stt_worker_whisper.settings import Settings


def main() -> None:
    """Run until SIGTERM; exits 0 after a drain, 1 when the model cannot be loaded."""
    settings = Settings()
    configure_logs(settings, service="stt_worker_whisper")
    try:
        uvloop.run(
            run_until_signalled(partial(run, settings, Engine.WHISPER, settings.engine_path))
        )
    except EngineUnavailable as error:
        sys.exit(f"malmoi: {error}")


if __name__ == "__main__":
    main()
