import { useText } from '../i18n'
import { useFormat } from '../locale'
import { SegmentHead } from './SegmentHead'
import type { SegmentProps } from './SegmentRow'

/** A segment's text to be written over; below it what was recognised, once it differs. */
export function SegmentEdit(props: SegmentProps & { onEdit: (text: string) => void }) {
  const t = useText()
  const format = useFormat()
  const { segment, text, onEdit } = props
  return (
    <div className="segment">
      <SegmentHead {...props} />
      <div>
        <textarea
          className="segment-text"
          aria-label={t('text.edit.segment', { place: format.place(segment.start_s) })}
          rows={Math.max(1, Math.ceil(text.length / 60))}
          maxLength={10_000}
          value={text}
          onChange={(event) => onEdit(event.target.value)}
        />
        {text.trim() !== segment.text.trim() && (
          <p className="hint">
            {t('text.original')}: <del>{segment.text}</del>
          </p>
        )}
      </div>
    </div>
  )
}
