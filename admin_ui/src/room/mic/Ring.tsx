const RADIUS = 46
const ROUND = 2 * Math.PI * RADIUS

/** How much of something is left, 0 to 1, around the mic button. */
export function Ring({ part }: { part: number }) {
  return (
    <svg className="ring" viewBox="0 0 100 100" aria-hidden="true">
      <circle className="ring-track" cx="50" cy="50" r={RADIUS} />
      <circle
        className="ring-left"
        cx="50"
        cy="50"
        r={RADIUS}
        strokeDasharray={ROUND}
        strokeDashoffset={ROUND * (1 - Math.min(1, Math.max(0, part)))}
      />
    </svg>
  )
}
