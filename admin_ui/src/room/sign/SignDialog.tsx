import { useState } from 'react'
import { fileName } from '../../api/upload'
import { useText } from '../../i18n'
import { ConfirmDialog } from '../../ui/ConfirmDialog'
import { Dialog } from '../../ui/Dialog'
import { ChooseVideo } from './ChooseVideo'
import { SendVideo } from './SendVideo'
import { useCamera } from './useCamera'
import { useSending } from './useSending'
import type { Signing } from './useSigning'
import { useStay } from './useStay'

interface Props {
  roomId: string
  signing: Signing
}

/** Record signs with the camera or choose a video, look at it, send it. */
export function SignDialog({ roomId, signing }: Props) {
  const t = useText()
  const { video, take } = signing
  const camera = useCamera((file) =>
    take({ file, name: fileName('sign', file.type), recorded: true }),
  )
  useStay(camera.recording)
  const sending = useSending(roomId, signing.sent)
  /** What waits for the word that the recording may go. */
  const [asked, setAsked] = useState<'close' | 'drop' | null>(null)
  const irreplaceable = camera.recording || video?.recorded === true
  const want = (step: 'close' | 'drop') => (irreplaceable ? setAsked(step) : signing[step]())
  const discard = (step: 'close' | 'drop') => {
    camera.discard()
    setAsked(null)
    signing[step]()
  }
  return (
    <>
      <Dialog
        open
        onClose={() => want('close')}
        locked={sending.busy}
        title={t('sign.title')}
        description={t('sign.text')}
      >
        {video === null ? (
          <ChooseVideo
            camera={camera}
            onChosen={(file) => take({ file, name: file.name, recorded: false })}
          />
        ) : (
          <SendVideo video={video} sending={sending} onAgain={() => want('drop')} />
        )}
      </Dialog>
      {asked !== null && (
        <ConfirmDialog
          title={t('sign.discard')}
          text={t('sign.discardText')}
          keep={t('sign.keep')}
          confirm={t('clip.drop')}
          onConfirm={() => discard(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  )
}
