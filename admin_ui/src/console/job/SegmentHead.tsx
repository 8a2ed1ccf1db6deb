import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { SegmentProps } from './SegmentRow'

/** When it was said, and by whom. */
export function SegmentHead({ segment, speaker, voice, playhead }: SegmentProps) {
  const t = useText()
  const format = useFormat()
  const place = format.place(segment.start_s)
  return (
    <div className="segment-head">
      <button
        type="button"
        className="place"
        aria-label={t('text.hear', { place })}
        onClick={() => playhead.hear(segment.start_s)}
      >
        {place}
      </button>
      {speaker !== null && <span className={`voice voice-${voice % 6}`}>{speaker}</span>}
    </div>
  )
}
