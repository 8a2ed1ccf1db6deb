import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeRecorder, giveDevices } from '../../test/FakeRecorder'
import { micCode, MicError, startRecording, type Recording } from './recorder'

const told = { onStart: vi.fn(), onSlice: vi.fn(), onInterrupted: vi.fn() }
let recording: Recording
let track: EventTarget

beforeEach(() => {
  vi.clearAllMocks()
  const devices = giveDevices()
  track = devices.track
  recording = startRecording(devices.stream, told)
  FakeRecorder.last.hear('so far')
})
afterEach(() => vi.unstubAllGlobals())

const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('a recording', () => {
  it.each([
    ['the device goes', () => track.dispatchEvent(new Event('ended'))],
    ['the recorder fails', () => FakeRecorder.last.onerror?.()],
    ['the recorder ends by itself', () => FakeRecorder.last.stop()],
  ])('is interrupted when %s, and what there is of it is kept', async (_, happens) => {
    happens()
    await settled()
    expect(told.onInterrupted).toHaveBeenCalledTimes(1)
    expect((await recording.stop()).size).toBe('so far'.length)
  })

  it('is interrupted once, however many say so', async () => {
    FakeRecorder.last.onerror?.()
    FakeRecorder.last.stop()
    track.dispatchEvent(new Event('ended'))
    await settled()
    expect(told.onInterrupted).toHaveBeenCalledTimes(1)
  })

  it('ends after a failure even where the browser does not say so', async () => {
    FakeRecorder.last.state = 'inactive'
    FakeRecorder.last.onerror?.()
    expect((await recording.stop()).size).toBe('so far'.length)
  })

  it('is not interrupted by being finished', async () => {
    const whole = recording.stop()
    FakeRecorder.last.onerror?.()
    track.dispatchEvent(new Event('ended'))
    expect((await whole).size).toBe('so far'.length)
    expect(told.onInterrupted).not.toHaveBeenCalled()
  })
})

describe('what goes wrong', () => {
  it.each([
    ['NotAllowedError', 'MIC_DENIED'],
    ['NotFoundError', 'MIC_NONE'],
    ['NotReadableError', 'MIC_BUSY'],
    ['NotSupportedError', 'MIC_UNSUPPORTED'],
    ['InvalidStateError', 'MIC_FAILED'],
  ])('%s is %s', (name, code) => expect(micCode(new DOMException('', name))).toBe(code))

  it('is not said to be what nobody knows it to be', () => {
    expect(micCode(new TypeError('x'))).toBe('MIC_FAILED')
    expect(micCode(new MicError('MIC_INSECURE'))).toBe('MIC_INSECURE')
  })
})
