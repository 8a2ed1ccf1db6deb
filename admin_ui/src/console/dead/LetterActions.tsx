import { api } from '../../api/client'
import { Button } from '../../ui/Button'
import { useText } from '../i18n'
import { useAct } from '../live'
import type { DeadLetter } from '../model'
import { Confirm } from '../parts/Confirm'
import { Trouble } from '../parts/Trouble'

export function LetterActions({ letter }: { letter: DeadLetter }) {
  const t = useText()
  const params = { path: { letter_id: letter.id } }
  const requeue = useAct(
    () => api.POST('/admin/dead-letters/{letter_id}/requeue', { params }),
    t('dead.requeued'),
  )
  const discard = useAct(
    () => api.POST('/admin/dead-letters/{letter_id}/discard', { params }),
    t('dead.discarded'),
  )
  return (
    <div className="actions">
      <Button busy={requeue.isPending} onClick={() => requeue.mutate(undefined)}>
        {t('dead.requeue')}
      </Button>
      <Confirm
        label={t('dead.discard')}
        title={t('dead.discard.title')}
        hint={t('dead.discard.hint')}
        act={discard}
        danger
      />
      {requeue.error !== null && <Trouble error={requeue.error} />}
    </div>
  )
}
