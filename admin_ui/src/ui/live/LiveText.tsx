import { memo } from 'react'
import { useText } from '../../i18n'
import { duration } from '../../i18n/format'
import { inOrder, type Piece, type Stretch } from './pieces'
import './live.css'

interface Props {
  pieces: readonly Piece[]
  chunks: number | null
  duration_s: number | null
  /** Whether what is missing is still to come. */
  open: boolean
}

/** The words of a long recording as far as they are known, and where they are not. */
export function LiveText({ pieces, chunks, duration_s, open }: Props) {
  return (
    <ol className="live">
      {inOrder(pieces, { chunks, duration_s }).map((each) =>
        each.kind === 'said' ? (
          <Said key={each.index} start_s={each.start_s} text={each.text} />
        ) : (
          <Gap key={`from ${each.start_s}`} gap={each} open={open} />
        ),
      )}
    </ol>
  )
}

const Said = memo(function Said({ start_s, text }: Pick<Piece, 'start_s' | 'text'>) {
  const t = useText()
  return (
    <li className="live-said">
      <span className="live-at">{duration(Math.floor(start_s))}</span>
      {text === '' ? <p className="soft">{t('live.silent')}</p> : <p>{text}</p>}
    </li>
  )
})

function Gap({ gap, open }: { gap: Stretch; open: boolean }) {
  const t = useText()
  const from = duration(Math.floor(gap.start_s))
  const to = gap.end_s === null ? '' : duration(Math.floor(gap.end_s))
  return (
    <li className={open ? 'live-gap live-gap-open' : 'live-gap'}>
      <span className="live-at">{`${from} – ${to}`}</span>
      <p>{t(open ? 'live.gap' : 'live.missing')}</p>
    </li>
  )
}
