import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { moment } from '../../i18n/format'
import { useLocale } from '../../i18n/locale'
import { Badge } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { ConfirmDialog } from '../../ui/ConfirmDialog'
import { useToast } from '../../ui/Toast'
import { Asked } from '../Asked'
import { useText } from '../i18n'
import { useReason } from '../reason'
import { keysOf, revokeKey, type Key } from '../requests'
import { NewKeyDialog } from './NewKeyDialog'
import { NewSecret, type Made } from './NewSecret'

/** The keys by which programs speak for the account. */
export function Keys() {
  const t = useText()
  const keys = useQuery(keysOf())
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<Made | null>(null)
  return (
    <section className="card account-part" aria-labelledby="keys">
      <header className="account-part-head">
        <h2 id="keys">{t('keys.title')}</h2>
        <Button onClick={() => setMaking(true)}>{t('keys.make')}</Button>
      </header>
      <p className="soft">{t('keys.text')}</p>
      {made !== null && <NewSecret key={made.key.id} made={made} onDone={() => setMade(null)} />}
      <Asked of={keys}>{(data) => <KeyList keys={data} />}</Asked>
      {making && (
        <NewKeyDialog
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false)
            setMade(made)
          }}
        />
      )}
    </section>
  )
}

function KeyList({ keys }: { keys: readonly Key[] }) {
  const t = useText()
  const [doomed, setDoomed] = useState<Key | null>(null)
  if (keys.length === 0) return <p className="soft">{t('keys.none')}</p>
  return (
    <>
      <ul className="keys" aria-label={t('keys.list')}>
        {keys.map((each) => (
          <KeyRow key={each.id} of={each} onRevoke={() => setDoomed(each)} />
        ))}
      </ul>
      {doomed !== null && <Revoke doomed={doomed} onClose={() => setDoomed(null)} />}
    </>
  )
}

function KeyRow({ of: key, onRevoke }: { of: Key; onRevoke: () => void }) {
  const t = useText()
  const locale = useLocale()
  const { name, begins, scopes, created_at, last_used_at } = key
  return (
    <li className="key">
      <p className="key-name">
        <strong>{name}</strong>
        {scopes.map((scope) => (
          <Badge key={scope}>{t(`scope.${scope}`)}</Badge>
        ))}
      </p>
      <p className="key-facts">
        <code>{`${begins}…`}</code>
        <span>{t('keys.created', { when: moment(created_at, locale) })}</span>
        <span>
          {last_used_at === null
            ? t('keys.unused')
            : t('keys.used', { when: moment(last_used_at, locale) })}
        </span>
      </p>
      <Button tone="danger" aria-label={t('keys.revoke.of', { name })} onClick={onRevoke}>
        {t('keys.revoke')}
      </Button>
    </li>
  )
}

function Revoke({ doomed, onClose }: { doomed: Key; onClose: () => void }) {
  const t = useText()
  const tell = useToast()
  const reason = useReason()
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => revokeKey(doomed.id),
    onSuccess: () => tell(t('keys.revoked')),
    onError: (error) => tell(reason(error), 'bad'),
    onSettled: () => {
      onClose()
      return queries.invalidateQueries(keysOf())
    },
  })
  return (
    <ConfirmDialog
      title={t('keys.revoke.title', { name: doomed.name })}
      text={t('keys.revoke.text')}
      confirm={t('keys.revoke')}
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    />
  )
}
