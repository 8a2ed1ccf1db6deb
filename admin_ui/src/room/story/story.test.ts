import { describe, expect, it } from 'vitest'
import type { Frame, Room } from '../model'
import { frame, message, room } from '../examples'
import { empty, tell, type Story } from './story'

const hear = (story: Story, ...frames: Frame[]): Story =>
  frames.reduce((so, each) => tell(so, { type: 'frame', frame: each, now: 0 }), story)

const entered = (news: Partial<Room> = {}): Story =>
  hear(empty, frame(10, 'room.state', room(news)))

const texts = (story: Story) => story.messages.map((each) => each.text)

describe('the story of a room', () => {
  it('begins with the state', () => {
    const story = entered()
    expect(story.room?.title).toBe('Room')
    expect(story.seq).toBe(10)
  })

  it('hears nothing before the state', () => {
    expect(hear(empty, frame(3, 'message.created', message(3)))).toMatchObject({ messages: [], seq: null })
  })

  it('shows a clip as soon as it is handed in, and its text in the same place', () => {
    const pending = { ...message(0), status: 'pending', position: undefined }
    const story = hear(entered(), frame(11, 'message.pending', { ...pending, message_id: 'a' }))
    expect(story.messages).toMatchObject([{ message_id: 'a', position: 11, text: null }])
    const said = hear(story, frame(12, 'message.created', message(11, { message_id: 'a', text: 'hi' })))
    expect(said.messages).toMatchObject([{ message_id: 'a', position: 11, text: 'hi' }])
  })

  it('keeps the order of speaking where a later clip was recognised sooner', () => {
    const story = hear(
      entered(),
      frame(11, 'message.created', message(9)),
      frame(12, 'message.created', message(7)),
    )
    expect(texts(story)).toEqual(['text 7', 'text 9'])
  })

  it('is the same however often a frame comes', () => {
    const told = frame(11, 'message.created', message(11))
    expect(hear(entered(), told, told)).toEqual(hear(entered(), told))
  })

  it('notices a gap, waits for what is missing, and goes on after it', () => {
    const gap = hear(entered(), frame(12, 'message.created', message(12)))
    expect(gap).toMatchObject({ gap: true, seq: 10, messages: [] })
    const resumed = tell(gap, { type: 'resumed' })
    const whole = hear(
      resumed,
      frame(10, 'room.state', room({ last_seq: 12 })),
      frame(11, 'message.created', message(11)),
      frame(12, 'message.created', message(12)),
    )
    expect(texts(whole)).toEqual(['text 11', 'text 12'])
    expect(whole.gap).toBe(false)
  })

  it('does not let the past overwrite the state after a cut', () => {
    const back = hear(
      entered(),
      frame(10, 'room.state', room({ last_seq: 12, current_speaker_user_id: 'me' })),
      frame(11, 'speaker.changed', { current_speaker_user_id: 'other', grant: 1 }),
      frame(12, 'message.created', message(12)),
    )
    expect(back.room?.current_speaker_user_id).toBe('me')
    expect(texts(back)).toEqual(['text 12'])
  })

  it('never goes back from a text to waiting', () => {
    const said = hear(entered(), frame(11, 'message.created', message(11)))
    const again = tell(said, { type: 'page', messages: [message(11, { status: 'pending', text: null })] })
    expect(texts(again)).toEqual(['text 11'])
  })
})

describe('pages of the past', () => {
  it('come before what was heard, each message once', () => {
    const story = hear(entered(), frame(11, 'message.created', message(11)))
    const page = tell(story, { type: 'page', messages: [message(3), message(11)] })
    expect(texts(page)).toEqual(['text 3', 'text 11'])
  })

  it('do not bring back what was deleted', () => {
    const story = hear(entered(), frame(11, 'message.deleted', { message_id: 'm3' }))
    expect(tell(story, { type: 'page', messages: [message(3)] }).messages).toEqual([])
  })

  it('do not undo an edit that was heard meanwhile', () => {
    const story = hear(
      tell(entered(), { type: 'page', messages: [message(3)] }),
      frame(11, 'message.updated', { ...message(3), text: 'edited' }),
    )
    expect(texts(tell(story, { type: 'page', messages: [message(3)] }))).toEqual(['edited'])
  })

  it('bring edits of messages that are not shown yet by themselves', () => {
    const story = hear(entered(), frame(11, 'message.updated', message(3)))
    expect(story.messages).toEqual([])
    expect(story.seq).toBe(11)
  })
})

describe('who is where', () => {
  it('follows whoever comes, goes, and loses the line', () => {
    const come = hear(entered(), frame(11, 'room.participant.joined', { user_id: 'other' }))
    const here = hear(come, frame(12, 'room.participant.status', { user_id: 'other', status: 'online' }))
    expect(here.room?.participants[1]).toEqual({ user_id: 'other', email: '', status: 'online' })
    const gone = hear(here, frame(13, 'room.participant.left', { user_id: 'other', reason: 'left' }))
    expect(gone.room?.participants).toHaveLength(1)
  })

  it('knows the speaker, the turn and the line', () => {
    const story = hear(
      entered(),
      frame(11, 'speaker.changed', { current_speaker_user_id: 'other', expires_at: 'x', grant: 5 }),
      frame(12, 'speaker.queue', { queue: ['me'], offered_user_id: null, offer_expires_at: null }),
      frame(13, 'speaker.changed', { current_speaker_user_id: null, expires_at: null, grant: null }),
    )
    expect(story.room).toMatchObject({ current_speaker_user_id: null, baton_grant: 5, queue: ['me'] })
  })

  it('remembers a clip in which nobody spoke, and shows no message', () => {
    const story = hear(
      entered(),
      frame(11, 'message.pending', { ...message(11), message_id: 'a' }),
      frame(12, 'message.empty', { message_id: 'a' }),
    )
    expect(story.messages).toEqual([])
    expect(story.empty.has('a')).toBe(true)
  })
})

describe('the server clock', () => {
  it('is told by the frame that came fastest', () => {
    const at = (ts: string, now: number): Story => {
      const told = { ...frame(10, 'ping'), ts }
      return tell(first, { type: 'frame', frame: told, now })
    }
    const first = tell(empty, {
      type: 'frame',
      frame: { ...frame(10, 'ping'), ts: new Date(10_000).toISOString() },
      now: 4000,
    })
    expect(first.offset).toBe(6000)
    expect(at(new Date(20_000).toISOString(), 14_500).offset).toBe(6000)
    expect(at(new Date(20_000).toISOString(), 13_900).offset).toBe(6100)
  })
})
