"""Hand in a large recording, part by part, and go on where an earlier attempt was cut off.

    pip install httpx
    python upload.py http://127.0.0.1:8080/api <API key> meeting.flac [upload id]

Prints the id of the upload, with which it goes on, and then the id of the job.
"""

import sys
import time
from pathlib import Path
from typing import Any

import httpx

TRIES = 10


def main(url: str, key: str, name: str, upload_id: str | None = None) -> None:
    """Send the file, and make it a job."""
    file = Path(name)
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as cluster:
        if upload_id is None:
            announced = {"file_name": file.name, "size": file.stat().st_size}
            answer = cluster.post("/uploads", json=announced).raise_for_status()
            upload_id = str(answer.json()["upload_id"])
        print("upload", upload_id, flush=True)
        send(cluster, f"/uploads/{upload_id}", file)
        cluster.post(f"/uploads/{upload_id}/complete").raise_for_status()
        job = cluster.post(
            "/jobs",
            json={"upload_id": upload_id, "language": "auto"},
            # One job, however often it is asked for.
            headers={"Idempotency-Key": upload_id},
        )
        print("job", job.raise_for_status().json()["job_id"])


def send(cluster: httpx.Client, path: str, file: Path) -> None:
    """Put every part that has not arrived; what fails is tried again with a fresh URL."""
    failed = 0
    while failed < TRIES:
        try:
            upload = cluster.get(path).raise_for_status().json()
            if not upload["missing"]:
                return
            put_page(upload, file)
            failed = 0
        except httpx.HTTPError as error:
            failed += 1
            print("cut off:", error, file=sys.stderr)
            time.sleep(min(30.0, 0.5 * 2**failed))
    raise SystemExit("it cannot be sent now; call again with the id of the upload")


def put_page(upload: dict[str, Any], file: Path) -> None:
    """Put the parts that the answer names, which are some of the missing ones."""
    with httpx.Client(timeout=60) as bucket, file.open("rb") as content:  # without our key
        for part in upload["missing"]:
            content.seek((part["number"] - 1) * upload["part_size"])
            bucket.put(part["url"], content=content.read(part["size"])).raise_for_status()


if __name__ == "__main__":
    main(*sys.argv[1:])
