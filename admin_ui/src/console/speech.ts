/** How much of each of `count` equal parts of a recording somebody speaks, from 0 to 1. */
export function columns(
  spans: readonly { start_s: number; end_s: number }[],
  lengthS: number,
  count: number,
): number[] {
  const shares = Array.from({ length: count }, () => 0)
  const partS = lengthS / count
  if (!(partS > 0)) return shares
  for (const { start_s, end_s } of spans) {
    const last = Math.min(count - 1, Math.floor(end_s / partS))
    for (let part = Math.max(0, Math.floor(start_s / partS)); part <= last; part += 1) {
      const begin = Math.max(start_s, part * partS)
      const end = Math.min(end_s, (part + 1) * partS)
      shares[part] = Math.min(1, (shares[part] ?? 0) + Math.max(0, end - begin) / partS)
    }
  }
  return shares
}
