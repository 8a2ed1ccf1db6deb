import { useMutation, useQuery } from '@tanstack/react-query'
import { useProblemText } from '../app/problemText'
import { useText } from '../i18n'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { TextField } from '../ui/TextField'
import { useToast } from '../ui/Toast'
import { copyText } from '../app/copyText'
import { invite, uninvite } from './requests'

/** A link that opens the door, password or not, until it is revoked. */
export function InviteDialog({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const t = useText()
  const tell = useToast()
  const problemText = useProblemText()
  const link = useQuery({
    queryKey: ['invite', roomId],
    queryFn: async () => `${location.origin}/rooms/${roomId}?invite=${(await invite(roomId)).code}`,
    gcTime: 0,
  })
  const revoke = useMutation({
    mutationFn: () => uninvite(roomId),
    onSuccess: () => {
      tell(t('invite.revoked'))
      onClose()
    },
    onError: (error) => tell(problemText(error), 'bad'),
  })
  const copy = async () => {
    const copied = await copyText(link.data ?? '')
    if (copied) tell(t('invite.copied'))
    else tell(t('copy.refused'), 'bad')
  }
  return (
    <Dialog open onClose={onClose} title={t('invite.title')} description={t('invite.text')}>
      <TextField
        label={t('invite.link')}
        readOnly
        value={link.data ?? ''}
        error={link.isError ? problemText(link.error) : undefined}
        onFocus={(event) => event.target.select()}
      />
      <div className="dialog-actions">
        <Button tone="quiet" busy={revoke.isPending} onClick={() => revoke.mutate()}>
          {t('invite.revoke')}
        </Button>
        <Button tone="primary" disabled={link.data === undefined} onClick={() => void copy()}>
          {t('invite.copy')}
        </Button>
      </div>
    </Dialog>
  )
}
