import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '../../api/client'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Icon } from '../../ui/Icon'
import { Menu } from '../../ui/Menu'
import { useText } from '../i18n'
import { useAct } from '../live'
import type { ConsoleUser } from '../model'
import { Ask } from '../parts/Confirm'
import { CopyButton } from '../parts/CopyButton'
import { QuotaDialog } from './QuotaDialog'

type Deed = 'end' | 'reset' | 'grant' | 'revoke'

/** What an operator can do to an account; each deed asks once more. */
export function UserActions({ user }: { user: ConsoleUser }) {
  const t = useText()
  const [deed, setDeed] = useState<Deed | null>(null)
  const [limiting, setLimiting] = useState(false)
  const [password, setPassword] = useState<string | null>(null)
  const acts = useActs(user, setPassword)
  const role: Deed = user.role === 'admin' ? 'revoke' : 'grant'
  const item = (each: Deed, danger = false) => ({
    label: t(`users.${each}`),
    onSelect: () => setDeed(each),
    danger,
  })
  return (
    <div className="actions">
      <Link to="/admin/jobs" search={{ user_id: user.id }} className="button button-plain">
        {t('users.jobs')}
      </Link>
      <Menu
        trigger={
          <button
            type="button"
            className="icon-button"
            aria-label={t('users.more', { email: user.email })}
          >
            <Icon name="more" />
          </button>
        }
        items={[
          { label: t('users.quota'), onSelect: () => setLimiting(true) },
          item('reset'),
          item(role),
          item('end', true),
        ]}
      />
      {deed !== null && (
        <Ask
          label={t(`users.${deed}`)}
          title={t(`users.${deed}.title`, { email: user.email })}
          hint={t(`users.${deed}.hint`)}
          act={acts[deed]}
          danger={deed === 'end' || deed === 'revoke'}
          onClose={() => setDeed(null)}
        />
      )}
      {limiting && <QuotaDialog user={user} onClose={() => setLimiting(false)} />}
      {password !== null && <NewPassword password={password} onClose={() => setPassword(null)} />}
    </div>
  )
}

function useActs({ id }: ConsoleUser, show: (password: string) => void) {
  const t = useText()
  const params = { path: { user_id: id } }
  const become = (role: 'admin' | 'user') => () =>
    api.PUT('/admin/users/{user_id}/role', { params, body: { role } })
  const reset = async () =>
    show((await body(api.POST('/admin/users/{user_id}/reset-password', { params }))).password)
  return {
    end: useAct(
      () => api.POST('/admin/users/{user_id}/end-sessions', { params }),
      t('users.ended'),
    ),
    reset: useAct(reset, t('users.reset.done')),
    grant: useAct(become('admin'), t('users.roleChanged')),
    revoke: useAct(become('user'), t('users.roleChanged')),
  }
}

function NewPassword({ password, onClose }: { password: string; onClose: () => void }) {
  const t = useText()
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('users.reset.password')}
      description={t('users.reset.once')}
    >
      <p className="secret">
        <code>{password}</code>
        <CopyButton text={password} label={t('copy')} />
      </p>
      <div className="dialog-actions">
        <Button tone="primary" onClick={onClose}>
          {t('close')}
        </Button>
      </div>
    </Dialog>
  )
}
