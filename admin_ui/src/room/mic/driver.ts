import { Problem } from '../../api/problem'
import { acquire, release } from '../requests'
import type { Clip } from '../clips/storage'
import type { Clips } from '../clips/useClips'
import { silence } from '../messages/silence'
import { step } from './machine'
import { initial, type Effect, type Mic, type MicEvent, type Wanted } from './states'
import { closeMicrophone, micCode, openMicrophone, startRecording, type Recording } from './recorder'
import { noteTurn } from './turn'

export interface DriverEvents {
  onMic: (mic: Mic) => void
  onStream: (stream: MediaStream | null) => void
  /** When the turn ends, as the server said last. */
  onExpiry: (expiresAt: string) => void
}

export type ClipStore = Pick<Clips, 'create' | 'save' | 'offer' | 'send' | 'drop'>

/** The recorder writes its last slice from the open track. */
const LAST_SLICE_MS = 300

/** Does what the machine says with the microphone, the gateway and the kept clips. */
export class MicDriver {
  private mic = initial
  private stream: MediaStream | null = null
  private recording: { clip: Clip; run: Recording } | null = null
  private clips: ClipStore | null = null
  private givenBack: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly roomId: string,
    private readonly told: DriverEvents,
  ) {}

  /** Where clips are put; to be called before anything is recorded. */
  use(clips: ClipStore): void {
    this.clips = clips
  }

  dispatch = (event: MicEvent): void => {
    const [next, effects] = step(this.mic, event)
    if (next !== this.mic) this.told.onMic(next)
    this.mic = next
    effects.forEach((effect) => this.perform(effect))
    if (next.at.name === 'idle' || next.at.name === 'disabled') this.letGo()
  }

  /** The page goes: what was recorded is kept. */
  close(): void {
    this.dispatch({ type: 'interrupted', problem: 'LEFT_OVER' })
    this.letGo()
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'acquire':
        return void this.take(effect.wanted)
      case 'start':
        return void this.start()
      case 'finish':
        return void this.finish(effect.grant)
      case 'keep':
        return void this.keep(this.mic.problem)
      case 'discard':
        return void this.takeOff().then((clip) => clip && this.clips?.drop(clip.id))
      case 'upload':
        return this.clips?.send(effect.clip, effect.grant)
      case 'release':
        return this.giveBack(effect.grant)
    }
  }

  private async take(wanted: Wanted): Promise<void> {
    try {
      // First the device: nobody should wait while a permission prompt is read.
      if (wanted?.kind === 'record') await this.open()
      // A request that overtook it would be granted the very turn that is being given back.
      await this.givenBack
      const got = await acquire(this.roomId)
      noteTurn(this.roomId, got.grant)
      this.told.onExpiry(got.expires_at)
      this.dispatch({ type: 'granted', grant: got.grant })
    } catch (error) {
      if (error instanceof Problem) this.dispatch({ type: 'refused', problem: error.code })
      else this.dispatch({ type: 'broken', problem: micCode(error) })
    }
  }

  private async start(): Promise<void> {
    try {
      const stream = await this.open()
      const clip = this.store().create(new Blob([]))
      silence()
      const run = startRecording(stream, {
        onStart: () => this.dispatch({ type: 'started' }),
        onSlice: (blob) => void this.store().save({ ...clip, blob }),
        onInterrupted: () => this.dispatch({ type: 'interrupted', problem: 'MIC_UNPLUGGED' }),
      })
      this.recording = { clip, run }
    } catch (error) {
      this.dispatch({ type: 'broken', problem: micCode(error) })
    }
  }

  private store(): ClipStore {
    if (this.clips === null) throw new Error('no place for clips')
    return this.clips
  }

  private async open(): Promise<MediaStream> {
    const live = this.stream?.getAudioTracks()[0]?.readyState === 'live'
    if (this.stream === null || !live) this.stream = await openMicrophone()
    this.told.onStream(this.stream)
    return this.stream
  }

  private async finish(grant: number): Promise<void> {
    const clip = await this.takeOff()
    if (clip === null) return this.dispatch({ type: 'sendFailed', problem: 'NOBODY_SPOKE' })
    await this.store().offer(clip, null)
    this.store().send(clip.id, grant)
  }

  private async keep(problem: string | null): Promise<void> {
    const clip = await this.takeOff()
    if (clip !== null) await this.store().offer(clip, problem)
  }

  /** Ends the recorder; null when it has heard nothing at all. */
  private async takeOff(): Promise<Clip | null> {
    const ended = this.recording
    this.recording = null
    if (ended === null) return null
    const blob = await ended.run.stop()
    const { id } = ended.clip
    return blob.size === 0 ? null : { ...this.store().create(blob), id }
  }

  /** A baton that cannot be given back ends by itself. */
  private giveBack(grant: number): void {
    this.givenBack = release(this.roomId, grant).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error
    })
  }

  private letGo(): void {
    if (this.stream === null) return
    const stream = this.stream
    this.stream = null
    this.told.onStream(null)
    setTimeout(() => closeMicrophone(stream), LAST_SLICE_MS)
  }
}
