import { useText } from '../../i18n'
import { duration } from '../../i18n/format'
import { Icon } from '../../ui/Icon'
import type { Clips } from '../clips/useClips'
import { ClipList } from '../clips/ClipList'
import type { Line } from '../model'
import { FileButton } from './FileButton'
import { HandControls } from './HandControls'
import { LevelMeter } from './LevelMeter'
import type { Mic, MicEvent } from './states'
import { MicButton } from './MicButton'
import { useReason } from './reason'
import { statusText } from './statusText'
import { useTimeLeft } from './timeLeft'
import { Tool } from './Tool'

export interface DockProps {
  roomId: string
  mic: Mic
  stream: MediaStream | null
  dispatch: (event: MicEvent) => void
  clips: Clips
  speakerName: string
  turnEnds: string | null
  offerEnds: string | null
  /** Of the server's clock to this page's. */
  offset: number | null
  onLine: (line: Line) => void
  onSign: () => void
}

/** What one does in a room: the mic button and what stands around it. */
export function Dock({ mic, dispatch, clips, speakerName, ...props }: DockProps) {
  const t = useText()
  const left = useTimeLeft(mic.offer === 'me' ? props.offerEnds : props.turnEnds, props.offset)
  const recording = mic.at.name === 'recording'
  return (
    <section className="dock" aria-label={t('dock.label')}>
      {!clips.views.some((each) => each.problem === mic.problem) && (
        <MicProblem mic={mic} dispatch={dispatch} />
      )}
      <ClipList clips={clips} mic={mic} dispatch={dispatch} />
      <div className="dock-row">
        <div className="dock-side">
          {recording ? (
            <Tool
              icon="close"
              word={t('mic.discard')}
              onClick={() => dispatch({ type: 'discard' })}
            />
          ) : (
            <>
              <FileButton clips={clips} mic={mic} dispatch={dispatch} />
              <Tool
                icon="video"
                word={t('sign.short')}
                aria-label={t('sign.open')}
                title={t('sign.open')}
                onClick={props.onSign}
              />
            </>
          )}
        </div>
        <MicButton mic={mic} dispatch={dispatch} speakerName={speakerName} left={left} />
        <div className="dock-side dock-side-end">
          {'grant' in mic.at && !recording && (
            <Tool
              icon="pass"
              word={t('mic.release')}
              onClick={() => dispatch({ type: 'release' })}
            />
          )}
          <HandControls
            roomId={props.roomId}
            mic={mic}
            dispatch={dispatch}
            onLine={props.onLine}
            offerLeft={left}
          />
        </div>
      </div>
      <div className="dock-status">
        {recording && props.stream !== null && <LevelMeter stream={props.stream} />}
        <p>{statusText(mic, speakerName, t)}</p>
        {'grant' in mic.at && left !== null && (
          <p className="soft">{t('mic.left', { time: duration(left / 1000) })}</p>
        )}
      </div>
    </section>
  )
}

function MicProblem({ mic, dispatch }: Pick<DockProps, 'mic' | 'dispatch'>) {
  const t = useText()
  const reason = useReason()
  if (mic.problem === null) return null
  return (
    <div className="dock-problem" role="alert">
      <p>{reason(mic.problem)}</p>
      <button
        type="button"
        className="icon-button"
        aria-label={t('common.close')}
        onClick={() => dispatch({ type: 'dismiss' })}
      >
        <Icon name="close" />
      </button>
    </div>
  )
}
