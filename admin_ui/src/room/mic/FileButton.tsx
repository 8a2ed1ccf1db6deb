import { useRef, type ChangeEvent } from 'react'
import { useText } from '../../i18n'
import type { Clips } from '../clips/useClips'
import type { Mic, MicEvent } from './states'
import { Tool } from './Tool'

interface Props {
  clips: Clips
  mic: Mic
  dispatch: (event: MicEvent) => void
}

/** Sends a recording that exists already. */
export function FileButton({ clips, mic, dispatch }: Props) {
  const t = useText()
  const input = useRef<HTMLInputElement>(null)
  const chosen = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    event.target.value = ''
    if (file === undefined) return
    const clip = clips.create(file, file.name)
    await clips.offer(clip, null)
    dispatch({ type: 'send', clip: clip.id })
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="audio/*,video/*"
        hidden
        data-testid="audio-file"
        onChange={(event) => void chosen(event)}
      />
      <Tool
        icon="file"
        word={t('file.short')}
        aria-label={t('file.choose')}
        title={t('file.choose')}
        disabled={mic.at.name === 'uploading'}
        onClick={() => input.current?.click()}
      />
    </>
  )
}
