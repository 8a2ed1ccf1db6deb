import { useCallback, useEffect, useRef, useState } from 'react'
import { closeMicrophone, micCode, MicError } from '../mic/recorder'

const FORMATS = ['video/webm;codecs=vp8', 'video/mp4', 'video/webm']
const LONGEST_MS = 120_000

const CAMERA: Readonly<Record<string, string>> = {
  MIC_DENIED: 'CAMERA_DENIED',
  MIC_NONE: 'CAMERA_NONE',
  MIC_BUSY: 'CAMERA_BUSY',
  MIC_FAILED: 'CAMERA_FAILED',
}

async function openCamera(): Promise<MediaStream> {
  if (!isSecureContext) throw new MicError('MIC_INSECURE')
  if (typeof MediaRecorder === 'undefined') throw new MicError('MIC_UNSUPPORTED')
  return navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' },
  })
}

export type Camera = ReturnType<typeof useCamera>

/** The camera of this device; hands on what was recorded. */
export function useCamera(onRecorded: (video: Blob) => void) {
  const [stream, setStream] = useState<MediaStream | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [recording, setRecording] = useState(false)
  const recorder = useRef<MediaRecorder | null>(null)
  const wanted = useRef(true)
  const here = useRef(true)

  useEffect(() => {
    here.current = true
    return () => {
      here.current = false
    }
  }, [])
  // The page may lose its seat in the middle of a recording: what there is of it is handed on,
  // and the camera closed when the recorder has written its end.
  useEffect(
    () => () => {
      if (recorder.current?.state === 'recording') recorder.current.stop()
      else if (stream !== null) closeMicrophone(stream)
    },
    [stream],
  )
  const show = useCallback(
    (video: HTMLVideoElement | null) => {
      if (video !== null) video.srcObject = stream
    },
    [stream],
  )
  const start = async () => {
    try {
      setProblem(null)
      const opened = await openCamera()
      if (here.current) setStream(opened)
      else closeMicrophone(opened)
    } catch (error) {
      const code = micCode(error)
      setProblem(CAMERA[code] ?? code)
    }
  }
  const stop = () => {
    if (recorder.current?.state === 'recording') recorder.current.stop()
  }
  const discard = () => {
    wanted.current = false
    stop()
  }
  const record = () => {
    if (stream === null) return
    const mimeType = FORMATS.find((each) => MediaRecorder.isTypeSupported(each))
    const made = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType })
    const parts: Blob[] = []
    made.ondataavailable = (event) => parts.push(event.data)
    made.onstop = () => {
      clearTimeout(limit)
      closeMicrophone(stream)
      setStream(null)
      setRecording(false)
      if (wanted.current) onRecorded(new Blob(parts, { type: made.mimeType }))
    }
    const limit = setTimeout(stop, LONGEST_MS)
    recorder.current = made
    wanted.current = true
    made.start()
    setRecording(true)
  }
  return { open: stream !== null, show, start, record, stop, discard, recording, problem }
}
