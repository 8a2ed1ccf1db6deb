import { createLazyRoute } from '@tanstack/react-router'
import { useMe } from '../app/me'
import { useTitle } from '../app/title'
import { useText } from './i18n'
import { Keys } from './keys/Keys'
import { Keeping } from './Keeping'
import { Limits } from './Limits'
import './account.css'

/** What belongs to somebody's account: how much, how long, and for which programs. */
export function AccountPage() {
  const t = useText()
  useTitle(t('title'))
  const me = useMe()
  return (
    <section className="page account">
      <header className="page-head">
        <h1>{t('title')}</h1>
        <p className="soft">{me.data?.email}</p>
      </header>
      <Limits />
      <Keeping />
      <Keys />
    </section>
  )
}

export const route = createLazyRoute('/account')({ component: AccountPage })
