/**
 * The life of the mic button (seed 000 §10), without any device or network: events in, the next
 * state and what is to be done out. An event that means nothing in a state changes nothing.
 */

import {
  ELSEWHERE,
  type Effect,
  type Mic,
  type MicEvent,
  type MicState,
  type Step,
  type Wanted,
} from './states'

export function step(mic: Mic, event: MicEvent): Step {
  switch (event.type) {
    case 'line':
      return [{ ...seen(mic), place: event.place, offer: event.offer }, []]
    case 'dismiss':
      return [{ ...mic, problem: null }, []]
    case 'speaker':
      return heard(seen(mic), event)
    default:
      return moved(mic, event)
  }
}

/** A refusal needs no words any more once the button itself shows who speaks. */
const seen = (mic: Mic): Mic =>
  mic.problem === 'SPEAKER_TAKEN' ? { ...mic, problem: null } : mic

const go = (mic: Mic, at: MicState, ...effects: Effect[]): Step => [
  { ...mic, at, problem: null },
  effects,
]
const fail = (mic: Mic, at: MicState, problem: string, ...effects: Effect[]): Step => [
  { ...mic, at, problem },
  effects,
]
const stay = (mic: Mic): Step => [mic, []]

type Own = Exclude<MicEvent, { type: 'line' } | { type: 'dismiss' } | { type: 'speaker' }>

function moved(mic: Mic, event: Own): Step {
  switch (mic.at.name) {
    case 'idle':
    case 'disabled':
      return fromRest(mic, event)
    case 'requesting':
      return fromRequesting(mic, mic.at.wanted, event)
    case 'holding':
      return fromHolding(mic, mic.at, event)
    case 'recording':
      return fromRecording(mic, mic.at, event)
    case 'uploading':
      return fromUploading(mic, mic.at, event)
  }
}

function fromRest(mic: Mic, event: Own): Step {
  if (mic.at.name === 'disabled' && mic.at.speaker !== ELSEWHERE) return stay(mic)
  if (mic.offer === 'other') return stay(mic)
  const wanted = wantedBy(event)
  if (wanted === null) return broken(mic, event)
  return go(mic, { name: 'requesting', wanted }, { type: 'acquire', wanted })
}

/** A microphone may fail before or after its turn; the reason is shown either way. */
const broken = (mic: Mic, event: Own): Step =>
  event.type === 'broken' ? fail(mic, mic.at, event.problem) : stay(mic)

function wantedBy(event: Own): Wanted {
  if (event.type === 'press') return { kind: 'record' }
  return event.type === 'send' ? { kind: 'send', clip: event.clip } : null
}

function fromRequesting(mic: Mic, wanted: Wanted, event: Own): Step {
  switch (event.type) {
    case 'granted':
      return granted(mic, wanted, event.grant)
    case 'refused':
    case 'broken':
      return fail(mic, { name: 'idle' }, event.problem)
    case 'stop':
    case 'discard':
      return go(mic, { name: 'requesting', wanted: null })
    default:
      return stay(mic)
  }
}

function granted(mic: Mic, wanted: Wanted, grant: number): Step {
  if (wanted === null) return go(mic, { name: 'holding', starting: false, grant })
  if (wanted.kind === 'record') {
    return go(mic, { name: 'holding', starting: true, grant }, { type: 'start' })
  }
  return go(mic, { name: 'uploading', grant }, { type: 'upload', clip: wanted.clip, grant })
}

type At<N extends MicState['name']> = Extract<MicState, { name: N }>

function fromHolding(mic: Mic, at: At<'holding'>, event: Own): Step {
  const { grant } = at
  switch (event.type) {
    case 'press':
      return at.starting ? stay(mic) : go(mic, { ...at, starting: true }, { type: 'start' })
    case 'send':
      return go(mic, { name: 'uploading', grant }, { type: 'upload', clip: event.clip, grant })
    case 'started':
      if (!at.starting) return [mic, [{ type: 'discard' }]]
      return go(mic, { name: 'recording', grant })
    case 'stop':
    case 'discard':
      return at.starting ? go(mic, { ...at, starting: false }) : stay(mic)
    case 'broken':
      return fail(mic, { ...at, starting: false }, event.problem)
    case 'interrupted':
      return at.starting ? fail(mic, { ...at, starting: false }, event.problem) : stay(mic)
    case 'release':
      return go(mic, { name: 'idle' }, { type: 'discard' }, { type: 'release', grant })
    case 'lost':
      return event.grant === grant ? lose(mic, at) : stay(mic)
    default:
      return stay(mic)
  }
}

function fromRecording(mic: Mic, at: At<'recording'>, event: Own): Step {
  const { grant } = at
  switch (event.type) {
    case 'press':
    case 'stop':
      return go(mic, { name: 'uploading', grant }, { type: 'finish', grant })
    case 'discard':
      return go(mic, { name: 'holding', starting: false, grant }, { type: 'discard' })
    case 'interrupted':
      return fail(mic, { name: 'holding', starting: false, grant }, event.problem, {
        type: 'keep',
      })
    case 'lost':
      return event.grant === grant ? lose(mic, at) : stay(mic)
    default:
      return stay(mic)
  }
}

function fromUploading(mic: Mic, at: At<'uploading'>, event: Own): Step {
  const holding: MicState = { name: 'holding', starting: false, grant: at.grant }
  switch (event.type) {
    case 'sent':
      return go(mic, holding)
    case 'sendFailed':
      return fail(mic, holding, event.problem)
    case 'release':
      return go(mic, { name: 'idle' }, { type: 'release', grant: at.grant })
    case 'lost':
      return event.grant === at.grant ? lose(mic, at) : stay(mic)
    default:
      return stay(mic)
  }
}

/** The turn ended without our doing; a running recording is kept. */
function lose(mic: Mic, at: MicState, next: MicState = { name: 'idle' }): Step {
  if (at.name === 'recording') return fail(mic, next, 'TURN_ENDED', { type: 'keep' })
  if (at.name === 'holding' && at.starting) return go(mic, next, { type: 'discard' })
  return [{ ...mic, at: next }, []]
}

type Heard = Extract<MicEvent, { type: 'speaker' }>

function heard(mic: Mic, event: Heard): Step {
  const { at } = mic
  const turn = 'grant' in at ? at : null
  if (turn !== null && (event.mine || event.grant < turn.grant)) return stay(mic)
  if (event.mine) return heardMine(mic, event)
  if (event.user !== null) return lose(mic, at, { name: 'disabled', speaker: event.user })
  if (turn !== null || at.name === 'disabled') return lose(mic, at)
  return stay(mic)
}

function heardMine(mic: Mic, event: Heard): Step {
  if (mic.at.name === 'requesting') return stay(mic)
  if (!event.here) return go(mic, { name: 'disabled', speaker: ELSEWHERE })
  // The page was loaded anew in the middle of its own turn.
  return go(mic, { name: 'holding', starting: false, grant: event.grant })
}
