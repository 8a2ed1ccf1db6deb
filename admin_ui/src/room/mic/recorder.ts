/** The microphone of this device. Codes of what may go wrong are those of `reason.MIC_…`. */

export class MicError extends Error {
  override readonly name = 'MicError'
  constructor(readonly code: MicCode) {
    super(code)
  }
}

export type MicCode =
  | 'MIC_DENIED'
  | 'MIC_NONE'
  | 'MIC_BUSY'
  | 'MIC_INSECURE'
  | 'MIC_UNSUPPORTED'
  | 'MIC_FAILED'

const CODES: Readonly<Record<string, MicCode>> = {
  NotAllowedError: 'MIC_DENIED',
  SecurityError: 'MIC_DENIED',
  NotFoundError: 'MIC_NONE',
  OverconstrainedError: 'MIC_NONE',
  NotReadableError: 'MIC_BUSY',
  AbortError: 'MIC_BUSY',
  NotSupportedError: 'MIC_UNSUPPORTED',
}

export const micCode = (error: unknown): MicCode =>
  error instanceof MicError
    ? error.code
    : ((error instanceof DOMException && CODES[error.name]) || 'MIC_FAILED')

const FORMATS = ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/webm']

export function recordingFormat(): string | undefined {
  return FORMATS.find((each) => MediaRecorder.isTypeSupported(each))
}

/** How often what was recorded is put away, so that a crash costs at most this much. */
const SLICE_MS = 1000
/** Not every browser says after a failure that the recording has ended. */
const END_AFTER_FAILURE_MS = 300

export async function openMicrophone(): Promise<MediaStream> {
  if (!isSecureContext) throw new MicError('MIC_INSECURE')
  if (typeof MediaRecorder === 'undefined') throw new MicError('MIC_UNSUPPORTED')
  return navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
  })
}

export const closeMicrophone = (stream: MediaStream): void =>
  stream.getTracks().forEach((track) => track.stop())

export interface Recording {
  /** Ends it; everything recorded, in one piece. */
  stop: () => Promise<Blob>
}

export interface RecordingEvents {
  onStart: () => void
  /** Everything so far. */
  onSlice: (soFar: Blob) => void
  /** The device is gone, the system took it, or the recorder failed; once, and never after `stop`. */
  onInterrupted: () => void
}

export function startRecording(stream: MediaStream, events: RecordingEvents): Recording {
  const mimeType = recordingFormat()
  const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType })
  const parts: Blob[] = []
  const whole = () => new Blob(parts, { type: recorder.mimeType || 'audio/webm' })
  const track = stream.getAudioTracks()[0]
  let going = true
  const end = () => {
    going = false
    track?.removeEventListener('ended', interrupted)
  }
  const interrupted = () => {
    if (!going) return
    end()
    events.onInterrupted()
  }
  const ended = new Promise<Blob>((resolve) => {
    const finish = () => resolve(whole())
    recorder.onstop = () => {
      finish()
      interrupted()
    }
    recorder.onerror = () => {
      setTimeout(finish, END_AFTER_FAILURE_MS)
      interrupted()
    }
  })
  recorder.onstart = events.onStart
  recorder.ondataavailable = (event) => {
    if (event.data.size === 0) return
    parts.push(event.data)
    events.onSlice(whole())
  }
  track?.addEventListener('ended', interrupted)
  recorder.start(SLICE_MS)
  const stop = () => {
    end()
    if (recorder.state !== 'inactive') recorder.stop()
    return ended
  }
  return { stop }
}
