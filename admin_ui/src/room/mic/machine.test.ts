import { describe, expect, it } from 'vitest'
import { step } from './machine'
import { ELSEWHERE, initial, type Effect, type Mic, type MicEvent, type MicState } from './states'

const GRANT = 7
const states: Record<string, MicState> = {
  idle: { name: 'idle' },
  requesting: { name: 'requesting', wanted: { kind: 'record' } },
  'requesting to send': { name: 'requesting', wanted: { kind: 'send', clip: 'c' } },
  'requesting nothing': { name: 'requesting', wanted: null },
  holding: { name: 'holding', starting: false, grant: GRANT },
  starting: { name: 'holding', starting: true, grant: GRANT },
  recording: { name: 'recording', grant: GRANT },
  uploading: { name: 'uploading', grant: GRANT },
  disabled: { name: 'disabled', speaker: 'other' },
  elsewhere: { name: 'disabled', speaker: ELSEWHERE },
}
const events: Record<string, MicEvent> = {
  press: { type: 'press' },
  send: { type: 'send', clip: 'c' },
  granted: { type: 'granted', grant: GRANT },
  refused: { type: 'refused', problem: 'SPEAKER_TAKEN' },
  started: { type: 'started' },
  broken: { type: 'broken', problem: 'MIC_DENIED' },
  stop: { type: 'stop' },
  discard: { type: 'discard' },
  interrupted: { type: 'interrupted', problem: 'MIC_UNPLUGGED' },
  sent: { type: 'sent' },
  sendFailed: { type: 'sendFailed', problem: 'NETWORK' },
  release: { type: 'release' },
  lost: { type: 'lost', grant: GRANT },
  'lost long ago': { type: 'lost', grant: GRANT - 1 },
  'other speaks': { type: 'speaker', user: 'other', mine: false, grant: GRANT + 1, here: false },
  'old news': { type: 'speaker', user: 'other', mine: false, grant: GRANT - 1, here: false },
  'nobody speaks': { type: 'speaker', user: null, mine: false, grant: GRANT + 1, here: false },
  'I speak': { type: 'speaker', user: 'me', mine: true, grant: GRANT, here: true },
  'I speak elsewhere': { type: 'speaker', user: 'me', mine: true, grant: GRANT, here: false },
}

const release: Effect = { type: 'release', grant: GRANT }
const upload: Effect = { type: 'upload', clip: 'c', grant: GRANT }
const record: Effect = { type: 'acquire', wanted: { kind: 'record' } }
const send: Effect = { type: 'acquire', wanted: { kind: 'send', clip: 'c' } }

/** From, on, to, with: everything that may happen. Whatever is not listed changes nothing. */
const legal: [keyof typeof states, keyof typeof events, keyof typeof states, Effect[]][] = [
  ['idle', 'press', 'requesting', [record]],
  ['idle', 'send', 'requesting to send', [send]],
  ['idle', 'other speaks', 'disabled', []],
  ['idle', 'old news', 'disabled', []],
  ['idle', 'I speak', 'holding', []],
  ['idle', 'I speak elsewhere', 'elsewhere', []],
  ...(['requesting', 'requesting to send', 'requesting nothing'] as const).flatMap(
    (from): typeof legal => [
      [from, 'refused', 'idle', []],
      [from, 'broken', 'idle', []],
      [from, 'stop', 'requesting nothing', []],
      [from, 'discard', 'requesting nothing', []],
      [from, 'other speaks', 'disabled', []],
      [from, 'old news', 'disabled', []],
    ],
  ),
  ['requesting', 'granted', 'starting', [{ type: 'start' }]],
  ['requesting to send', 'granted', 'uploading', [upload]],
  ['requesting nothing', 'granted', 'holding', []],
  ['holding', 'press', 'starting', [{ type: 'start' }]],
  ['starting', 'started', 'recording', []],
  ['starting', 'stop', 'holding', []],
  ['starting', 'discard', 'holding', []],
  ['starting', 'interrupted', 'holding', []],
  ['holding', 'started', 'holding', [{ type: 'discard' }]],
  ...(['holding', 'starting'] as const).flatMap((from): typeof legal => [
    [from, 'send', 'uploading', [upload]],
    [from, 'broken', 'holding', []],
    [from, 'release', 'idle', [{ type: 'discard' }, release]],
  ]),
  ...(['lost', 'nobody speaks'] as const).flatMap((on): typeof legal => [
    ['holding', on, 'idle', []],
    ['starting', on, 'idle', [{ type: 'discard' }]],
    ['recording', on, 'idle', [{ type: 'keep' }]],
    ['uploading', on, 'idle', []],
  ]),
  ['holding', 'other speaks', 'disabled', []],
  ['starting', 'other speaks', 'disabled', [{ type: 'discard' }]],
  ['recording', 'other speaks', 'disabled', [{ type: 'keep' }]],
  ['uploading', 'other speaks', 'disabled', []],
  ['recording', 'press', 'uploading', [{ type: 'finish', grant: GRANT }]],
  ['recording', 'stop', 'uploading', [{ type: 'finish', grant: GRANT }]],
  ['recording', 'discard', 'holding', [{ type: 'discard' }]],
  ['recording', 'interrupted', 'holding', [{ type: 'keep' }]],
  ['uploading', 'sent', 'holding', []],
  ['uploading', 'sendFailed', 'holding', []],
  ['uploading', 'release', 'idle', [release]],
  ['disabled', 'nobody speaks', 'idle', []],
  ['disabled', 'other speaks', 'disabled', []],
  ['disabled', 'old news', 'disabled', []],
  ['disabled', 'I speak', 'holding', []],
  ['disabled', 'I speak elsewhere', 'elsewhere', []],
  ['elsewhere', 'press', 'requesting', [record]],
  ['elsewhere', 'send', 'requesting to send', [send]],
  ['elsewhere', 'nobody speaks', 'idle', []],
  ['elsewhere', 'other speaks', 'disabled', []],
  ['elsewhere', 'old news', 'disabled', []],
  ['elsewhere', 'I speak', 'holding', []],
  ['elsewhere', 'I speak elsewhere', 'elsewhere', []],
]

const cases = Object.keys(states).flatMap((from) => Object.keys(events).map((on) => ({ from, on })))
const as = (at: MicState): Mic => ({ ...initial, at })

describe('the microphone button', () => {
  it.each(cases)('$from, $on', ({ from, on }) => {
    const known = legal.find(([a, b]) => a === from && b === on)
    const before = states[from] as MicState
    const [after, effects] = step(as(before), events[on] as MicEvent)
    expect(after.at).toEqual(known === undefined ? before : states[known[2]])
    expect(effects).toEqual(known === undefined ? [] : known[3])
  })

  it('has only transitions between states and events that exist', () => {
    for (const [from, on, to] of legal) {
      expect([states[from], events[on], states[to]]).not.toContain(undefined)
    }
  })
})

describe('what went wrong', () => {
  const after = (at: MicState, ...told: MicEvent[]): Mic =>
    told.reduce((mic, event) => step(mic, event)[0], as(at))
  const { idle, requesting, recording, uploading, disabled } = states as Record<string, MicState>

  it.each([
    ['the gateway refuses', requesting, events['refused'], 'SPEAKER_TAKEN'],
    ['the microphone is denied', requesting, events['broken'], 'MIC_DENIED'],
    ['it fails before any turn', idle, events['broken'], 'MIC_DENIED'],
    ['it is unplugged', recording, events['interrupted'], 'MIC_UNPLUGGED'],
    ['the turn ends while recording', recording, events['lost'], 'TURN_ENDED'],
    ['sending fails', uploading, events['sendFailed'], 'NETWORK'],
  ])('is said when %s', (_, at, event, problem) => {
    expect(after(at as MicState, event as MicEvent).problem).toBe(problem)
  })

  it('is forgotten with the next attempt, or when it is dismissed', () => {
    const broken = events['broken'] as MicEvent
    expect(after(idle as MicState, broken, { type: 'press' }).problem).toBeNull()
    expect(after(idle as MicState, broken, { type: 'dismiss' }).problem).toBeNull()
  })

  it('needs no words once the button shows who was faster', () => {
    const refused = events['refused'] as MicEvent
    const speaks = events['other speaks'] as MicEvent
    expect(after(requesting as MicState, refused, speaks)).toEqual(as(disabled as MicState))
  })
})

describe('the line for the next turn', () => {
  const line = (offer: Mic['offer']): MicEvent => ({ type: 'line', place: 1, offer })

  it('is remembered in every state', () => {
    for (const at of Object.values(states)) {
      expect(step(as(at), line('me'))[0]).toEqual({ ...as(at), place: 1, offer: 'me' })
    }
  })

  it('lets nobody else press while the baton is offered', () => {
    const [mic] = step(initial, line('other'))
    expect(step(mic, { type: 'press' })).toEqual([mic, []])
  })

  it('lets whom it is offered to press', () => {
    const [mic] = step(initial, line('me'))
    expect(step(mic, { type: 'press' })[1]).toEqual([record])
  })
})
