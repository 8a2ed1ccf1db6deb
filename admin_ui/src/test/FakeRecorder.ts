import { vi } from 'vitest'

/** A MediaRecorder that records what a test says, and a device that a test may pull out. */
export class FakeRecorder extends EventTarget {
  static isTypeSupported = () => true
  /** The newest one. */
  static last: FakeRecorder
  readonly mimeType = 'video/webm'
  state: RecordingState = 'inactive'
  onstart: (() => void) | null = null
  onstop: (() => void) | null = null
  onerror: (() => void) | null = null
  ondataavailable: ((event: { data: Blob }) => void) | null = null

  constructor(readonly stream: MediaStream) {
    super()
    FakeRecorder.last = this
  }

  start(): void {
    this.state = 'recording'
    this.onstart?.()
  }

  hear(sound: string): void {
    this.ondataavailable?.({ data: new Blob([sound]) })
  }

  /** Ends as browsers do: at once for whoever asks, later for whoever listens. */
  stop(): void {
    if (this.state === 'inactive') throw new DOMException('', 'InvalidStateError')
    this.state = 'inactive'
    queueMicrotask(() => this.onstop?.())
  }
}

/** Gives the page a camera and a microphone; returns the only track there is. */
export function giveDevices() {
  const track = Object.assign(new EventTarget(), { readyState: 'live', stop: vi.fn() })
  const stream = { getTracks: () => [track], getAudioTracks: () => [track] }
  vi.stubGlobal('isSecureContext', true)
  vi.stubGlobal('MediaRecorder', FakeRecorder)
  vi.stubGlobal('navigator', {
    ...navigator,
    mediaDevices: { getUserMedia: vi.fn().mockResolvedValue(stream) },
  })
  return { track, stream: stream as unknown as MediaStream }
}
