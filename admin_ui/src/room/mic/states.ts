/** What the mic button can be in, what it hears, and what is to be done (seed 000 §10). */

/** What the baton is wanted for: speaking, sending a kept clip, or nothing any more. */
export type Wanted = { kind: 'record' } | { kind: 'send'; clip: string } | null

export type MicState =
  | { readonly name: 'idle' }
  | { readonly name: 'requesting'; readonly wanted: Wanted }
  | ({ readonly name: 'holding'; readonly starting: boolean } & Turn)
  | ({ readonly name: 'recording' } & Turn)
  | ({ readonly name: 'uploading' } & Turn)
  | { readonly name: 'disabled'; readonly speaker: string }

interface Turn {
  /** Counts turns: news of an older one may still be on the way when ours has begun. */
  readonly grant: number
}

export interface Mic {
  readonly at: MicState
  /** Why the last attempt failed: a code of the gateway or of the microphone. */
  readonly problem: string | null
  /** This user's place in the line, 1 for the next; null without a raised hand. */
  readonly place: number | null
  /** Whom the free baton is offered to. */
  readonly offer: 'me' | 'other' | null
}

export type MicEvent =
  | { type: 'press' }
  | { type: 'send'; clip: string }
  | { type: 'granted'; grant: number }
  | { type: 'refused'; problem: string }
  | { type: 'started' }
  | { type: 'broken'; problem: string }
  | { type: 'stop' }
  | { type: 'discard' }
  | { type: 'interrupted'; problem: string }
  | { type: 'sent' }
  | { type: 'sendFailed'; problem: string }
  | { type: 'release' }
  | { type: 'lost'; grant: number }
  | { type: 'speaker'; user: string | null; mine: boolean; grant: number; here: boolean }
  | { type: 'line'; place: number | null; offer: Mic['offer'] }
  | { type: 'dismiss' }

export type Effect =
  | { type: 'acquire'; wanted: Wanted }
  | { type: 'start' }
  /** Stop the recorder, keep the clip, send it. */
  | { type: 'finish'; grant: number }
  /** Stop the recorder and keep the clip for later. */
  | { type: 'keep' }
  | { type: 'discard' }
  | { type: 'upload'; clip: string; grant: number }
  | { type: 'release'; grant: number }

export type Step = readonly [Mic, readonly Effect[]]

export const initial: Mic = { at: { name: 'idle' }, problem: null, place: null, offer: null }

/** The speaker of `disabled` when this very user speaks in another window. */
export const ELSEWHERE = 'elsewhere'
