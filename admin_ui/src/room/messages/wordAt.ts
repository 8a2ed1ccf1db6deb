import type { Word } from '../requests'

/** The word spoken at a second, or -1; in a pause it is the last one. Words are in time order. */
export function wordAt(words: readonly Word[], second: number): number {
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((words[middle]?.start ?? Infinity) <= second) low = middle + 1
    else high = middle
  }
  return low - 1
}
