"""A room with a long past, in a browser: `python -m benchmarks.room_page`.

How long the page takes from asking for it until the newest message is to be read, and how even its
pictures are while somebody scrolls from the end to the beginning through all pages of the past.
Debian's Chromium without a graphics processor, on the machine that runs the cluster too.
"""

import argparse
import asyncio
import shutil
import statistics
import time

import asyncpg
import httpx
from playwright.async_api import BrowserContext, Page, async_playwright

from benchmarks.people import room_of, sign_up
from benchmarks.running_cluster import RunningCluster, cluster
from local_cluster import pages

TALK = """
    INSERT INTO messages (id, room_id, sender_user_id, position, status, content_text)
    SELECT gen_random_uuid(), $1, CASE WHEN n % 2 = 0 THEN $2::uuid ELSE $3::uuid END, n, 'final',
           n || '번째 말: ' || repeat('점심은 무엇을 먹고 싶으세요? ', 1 + n % 4)
    FROM generate_series(1, $4::int) AS n
"""
LAST = "UPDATE rooms SET last_seq = $2 WHERE id = $1"
WATCH_FRAMES = """() => {
    window.frames_ms = []
    let last = performance.now()
    requestAnimationFrame(function next(now) {
        window.frames_ms.push(now - last)
        last = now
        requestAnimationFrame(next)
    })
}"""
AT_THE_BEGINNING = "() => document.body.innerText.includes('\\n1번째 말:')"
WHEEL_PX = 900
JANK_MS = 50


async def fill(database: str, room_id: str, people: list[str], count: int) -> None:
    """Let the two have said so much, without anybody having to recognise it."""
    connection = await asyncpg.connect(database.replace("+asyncpg", ""))
    try:
        await connection.execute(TALK, room_id, *people, count)
        await connection.execute(LAST, room_id, count)
    finally:
        await connection.close()


async def opening_ms(page: Page, path: str, count: int) -> float:
    """From asking for the page until the newest message is to be read."""
    begun = time.perf_counter()
    await page.goto(path, wait_until="commit")
    await page.get_by_text(f"{count}번째 말:").wait_for()
    return (time.perf_counter() - begun) * 1000


async def scrolling(page: Page) -> tuple[float, list[float]]:
    """Seconds from the end to the beginning, and the times between pictures in ms."""
    await page.mouse.move(600, 400)
    await page.evaluate(WATCH_FRAMES)
    begun = time.perf_counter()
    while not await page.evaluate(AT_THE_BEGINNING):
        await page.mouse.wheel(0, -WHEEL_PX)
        await page.wait_for_timeout(16)
    return time.perf_counter() - begun, await page.evaluate("() => window.frames_ms")


async def measure(running: RunningCluster, count: int, times: int) -> None:
    """Print one table."""
    async with httpx.AsyncClient(base_url=running.url, timeout=60) as client:
        people = [await sign_up(client), await sign_up(client)]
        room_id = await room_of(*people)
    await fill(running.database, room_id, [each.user_id for each in people], count)
    path = f"{running.url}/rooms/{room_id}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), chromium_sandbox=False
        )

        async def window() -> BrowserContext:
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            await context.add_init_script(
                f"localStorage.setItem('malmoi.token', '{people[0].token}')"
            )
            return context

        cold = [
            await opening_ms(await (await window()).new_page(), path, count)
            for _ in range(times + 1)
        ][1:]  # the first one starts parts of the browser too
        page = await (await window()).new_page()
        warm = [await opening_ms(page, path, count) for _ in range(times + 1)][1:]
        seconds, frames = await scrolling(page)
        await browser.close()
    _print(count, cold, warm, seconds, frames)


def _print(
    count: int, cold: list[float], warm: list[float], seconds: float, frames: list[float]
) -> None:
    cuts = statistics.quantiles(frames, n=100)
    janks = sum(each > JANK_MS for each in frames)
    figures = {
        "messages": count,
        "open, nothing cached: median ms": statistics.median(cold),
        "open again: median ms": statistics.median(warm),
        "scrolled to the beginning: s": seconds,
        "pictures": len(frames),
        "between pictures: p50 ms": cuts[49],
        "between pictures: p95 ms": cuts[94],
        "longest ms": max(frames),
        f"over {JANK_MS} ms": janks,
    }
    print("| | |\n|---|--:|")
    for name, figure in figures.items():
        print(f"| {name} | {figure:.0f} |")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--times", type=int, default=5, help="how often the page is opened")
    arguments = parser.parse_args()
    if not pages.is_built():
        parser.exit(1, f"{pages.NOT_BUILT}\n")
    with cluster("--workers", "whisper=0") as running:
        asyncio.run(measure(running, arguments.messages, arguments.times))


if __name__ == "__main__":
    main()
