const WINDOW_MS = 5000

/** Bytes a second over the last few seconds; null before there is anything to tell. */
export function speedometer(now: () => number = () => performance.now()) {
  let marks: { at: number; sent: number }[] = []
  return (sent: number): number | null => {
    const at = now()
    const last = marks.at(-1)
    // A part that failed counts no more: what was measured with it is wrong.
    if (last !== undefined && sent < last.sent) marks = []
    marks = [...marks.filter((each) => at - each.at <= WINDOW_MS), { at, sent }]
    const first = marks[0]
    if (first === undefined || at - first.at < 500) return null
    return ((sent - first.sent) * 1000) / (at - first.at)
  }
}
