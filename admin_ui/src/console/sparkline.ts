/** A line of numbers as an SVG path. */
import type { Minute } from './model'

interface Extent {
  width: number
  height: number
}

/** `M x y L x y …`; the greatest value (at least `floor`) touches the top, zero the bottom. */
export function sparkPath(values: readonly number[], { width, height }: Extent, floor = 1): string {
  if (values.length === 0) return ''
  const top = Math.max(floor, ...values)
  const stride = values.length > 1 ? width / (values.length - 1) : 0
  const points = values.map(
    (value, index) => `${round(index * stride)} ${round(height - (value / top) * height)}`,
  )
  return `M ${points.join(' L ')}`
}

/** The same line closed down to the bottom, to be filled. */
export function sparkArea(values: readonly number[], extent: Extent, floor = 1): string {
  const line = sparkPath(values, extent, floor)
  return line === '' ? '' : `${line} L ${extent.width} ${extent.height} L 0 ${extent.height} Z`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Sums and the busiest minute: what the picture says, in words. */
export function summary(minutes: readonly Minute[]): {
  completed: number
  failed: number
  busiest: number
} {
  return {
    completed: minutes.reduce((sum, { completed }) => sum + completed, 0),
    failed: minutes.reduce((sum, { failed }) => sum + failed, 0),
    busiest: Math.max(0, ...minutes.map(({ completed, failed }) => completed + failed)),
  }
}
