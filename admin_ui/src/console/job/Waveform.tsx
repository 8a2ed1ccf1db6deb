import { useEffect, useRef } from 'react'
import { useTheme } from '../../app/theme'
import { useText } from '../i18n'
import type { Playhead } from './playhead'

/** The recording as a picture; a click goes there. The slider beside it is what keyboards use. */
export function Waveform({ playhead }: { playhead: Playhead }) {
  const t = useText()
  const theme = useTheme()
  const frame = useRef<HTMLDivElement>(null)
  const { audio } = playhead
  useEffect(() => {
    const container = frame.current
    if (container === null) return undefined
    return draw(container, audio)
  }, [audio, theme])
  return <div ref={frame} className="waveform" role="img" aria-label={t('player.wave')} />
}

/** Draws once the library is there; gives what takes it away again. */
function draw(container: HTMLElement, media: HTMLAudioElement): () => void {
  const colour = (name: string) => getComputedStyle(container).getPropertyValue(name)
  let gone = false
  let remove = () => {
    gone = true
  }
  void import('wavesurfer.js').then(({ default: WaveSurfer }) => {
    if (gone) return
    const surfer = WaveSurfer.create({
      container,
      media,
      height: 72,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      normalize: true,
      cursorWidth: 2,
      waveColor: colour('--line-strong'),
      progressColor: colour('--accent'),
      cursorColor: colour('--accent'),
    })
    // Undecodable recordings are told of by the player itself.
    surfer.on('error', () => undefined)
    remove = () => surfer.destroy()
  })
  return () => remove()
}
