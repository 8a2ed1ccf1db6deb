import { useState } from 'react'
import { Button } from '../../ui/Button'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Job } from '../model'
import {
  isDoubtful,
  isUnchanged,
  LOW_CONFIDENCE,
  shownText,
  speakers,
  type Segment,
} from '../transcript'
import type { Playhead } from './playhead'
import { SaveNote } from './SaveNote'
import { SegmentEdit } from './SegmentEdit'
import { SegmentList } from './SegmentList'
import { SegmentRow } from './SegmentRow'
import { Speakers } from './Speakers'
import { useCorrection } from './useCorrection'

/** The text in step with the recording; corrected in place, the recognised text kept. */
export function TranscriptEditor({ detail, playhead }: { detail: Job; playhead: Playhead }) {
  const t = useText()
  const correction = useCorrection(detail)
  const [editing, setEditing] = useState(false)
  const [original, setOriginal] = useState(false)
  const segments: readonly Segment[] = detail.transcript?.segments ?? []
  const { draft } = correction
  const voices = speakers(segments)
  if (segments.length === 0) return <p className="soft">{t('text.none')}</p>
  return (
    <>
      <div className="section-head">
        <div className="actions">
          <Button aria-pressed={editing} onClick={() => setEditing(!editing)}>
            {editing ? t('text.edit.done') : t('text.edit')}
          </Button>
          {!editing && !isUnchanged(draft) && (
            <Button tone="quiet" aria-pressed={original} onClick={() => setOriginal(!original)}>
              {original ? t('text.original.hide') : t('text.original.show')}
            </Button>
          )}
          {editing && !isUnchanged(draft) && (
            <Button tone="quiet" onClick={correction.revert}>
              {t('text.revert')}
            </Button>
          )}
        </div>
        {(editing || !isUnchanged(draft)) && <SaveNote state={correction.state} />}
      </div>
      {voices.length > 0 && (
        <Speakers labels={voices} names={draft.names} onRename={correction.rename} />
      )}
      <SegmentList
        count={segments.length}
        draw={(index) => {
          const segment = segments[index]
          if (segment === undefined) return null
          const voice = segment.speaker ? voices.indexOf(segment.speaker) : -1
          const speaker = segment.speaker ? (draft.names[segment.speaker] ?? segment.speaker) : null
          const text = original ? segment.text : shownText(segment, index, draft)
          const shared = { segment, text, speaker, voice, playhead }
          return editing ? (
            <SegmentEdit {...shared} onEdit={(next) => correction.edit(index, next)} />
          ) : (
            <SegmentRow {...shared} />
          )
        }}
      />
      {segments.some(({ words = [] }) => words.some(isDoubtful)) && <Legend />}
    </>
  )
}

function Legend() {
  const t = useText()
  const format = useFormat()
  return (
    <p className="hint">
      <span className="doubtful" aria-hidden="true">
        {t('text.sample')}
      </span>{' '}
      {t('text.legend', { limit: format.share(LOW_CONFIDENCE) })}
    </p>
  )
}
