/** What became of one request to a receiver of callbacks, and the catalogue's sentence for it. */
import type { TextKey } from './i18n'

const OUTCOMES = [
  'delivered',
  'gone',
  'redirected',
  'rejected',
  'connection_failed',
  'timed_out',
  'host_not_found',
  'address_refused',
  'url_refused',
  'answer_malformed',
] as const

const isKnown = (outcome: string): outcome is (typeof OUTCOMES)[number] =>
  (OUTCOMES as readonly string[]).includes(outcome)

/** One that is not known gets a sentence that at least names it. */
export const sentenceOf = (outcome: string): TextKey =>
  `callback.outcome.${isKnown(outcome) ? outcome : 'other'}`
