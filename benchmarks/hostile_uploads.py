"""What users really send, through the API: `python -m benchmarks.hostile_uploads --data FOLDER`.

FOLDER holds `refs.jsonl` (an object a line with `file`, `category` and `expect`) and the files.
Every file of the category `awkward` is posted; the table says what came back, and the end how
the memory of each process grew and whether one had to be restarted.
"""

import argparse
import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.people import Person, sign_up
from benchmarks.references import Reference, references
from benchmarks.running_cluster import RunningCluster, cluster


@dataclass(frozen=True)
class Outcome:
    """What the API answered."""

    status: int
    told: str
    """The text, or the code of the refusal."""

    def fits(self, expect: str) -> bool:
        """Whether this is what `expect` allows."""
        heard = self.status == httpx.codes.OK and bool(self.told)
        silent = self.status == httpx.codes.OK and not self.told
        refused = httpx.codes.is_client_error(self.status)
        allowed = {
            "transcript": heard,
            "no speech": silent,
            "error": refused,
            "rejected": refused,
            "clear message": refused,
            "any": heard or silent or refused,
        }
        return any(fits for word, fits in allowed.items() if word in expect)


async def send(person: Person, upload: Reference) -> Outcome:
    """Post one file as it is, with its own name."""
    known = {"language": upload.language} if upload.language in {"ko", "en"} else {}
    form = {"model": "whisper-1"} | known
    answer = await person.client.post(
        "/v1/audio/transcriptions",
        headers={"Authorization": f"Bearer {person.token}"},
        files={"file": (upload.path.name, upload.path.read_bytes())},
        data=form,
    )
    told = answer.json()
    if answer.is_success:
        return Outcome(answer.status_code, told["text"].strip())
    return Outcome(answer.status_code, str(told["error"]["code"]))


async def measure(running: RunningCluster, data: Path) -> int:
    """Print the table; returns how many files did not behave."""
    wrong = 0
    async with httpx.AsyncClient(base_url=running.url, timeout=300) as client:
        person = await sign_up(client)
        before = running.memory_mb()
        print("| file | expected | status | text or code | |\n|---|---|--:|---|---|")
        for upload in references(data):
            if upload.category != "awkward":
                continue
            outcome = await send(person, upload)
            fits = outcome.fits(upload.expect)
            wrong += not fits
            mark = "" if fits else "**wrong**"
            cells = (upload.path.name, upload.expect, outcome.status, outcome.told[:60], mark)
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    after = running.memory_mb()
    for name in sorted(before):
        print(f"{name}: {before[name]:.0f} MB before, {after.get(name, 0):.0f} MB after")
    print(f"restarts: {_restarts(running)}")
    return wrong


def _restarts(running: RunningCluster) -> dict[str, int]:
    state = json.loads((Path(running.home) / "cluster.json").read_text())
    return {part["name"]: part["restarts"] for part in state["services"]}


def main() -> None:
    """Run it; exits 1 when a file did not behave as expected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    with cluster() as running:
        wrong = asyncio.run(measure(running, arguments.data))
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
