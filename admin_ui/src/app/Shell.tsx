import { Link, Outlet, useMatches, useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useText } from '../i18n'
import { setLocale, useLocale } from '../i18n/locale'
import { Icon } from '../ui/Icon'
import { Menu } from '../ui/Menu'
import { useMe } from './me'
import { signOut, useToken } from './session'
import { setTheme, useTheme } from './theme'

export function Shell() {
  const t = useText()
  const token = useToken()
  const navigate = useNavigate()
  const matches = useMatches()
  const guarded = matches.some((match) => /^\/(rooms|recordings|account|admin)/.test(match.fullPath))
  useEffect(() => {
    if (token === null && guarded) {
      const next = location.pathname + location.search
      void navigate({ to: '/login', search: { next }, replace: true })
    }
  }, [token, guarded, navigate])
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      <header className="shell-bar">
        <Link to="/rooms" className="brand">
          <img src="/icon.svg" alt="" width={28} height={28} />
          <span className="brand-name">{t('brand')}</span>
        </Link>
        {token !== null && <Places />}
        <div className="shell-tools">
          <LanguageSwitch />
          <ThemeSwitch />
          {token !== null && <Account />}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}

function Places() {
  const t = useText()
  return (
    <nav className="places" aria-label={t('shell.places')}>
      <Link to="/rooms">{t('shell.rooms')}</Link>
      <Link to="/recordings">{t('shell.recordings')}</Link>
    </nav>
  )
}

function LanguageSwitch() {
  const t = useText()
  const locale = useLocale()
  const other = locale === 'ko' ? 'en' : 'ko'
  return (
    <button
      type="button"
      className="button button-quiet"
      lang={other}
      onClick={() => setLocale(other)}
    >
      <span className="wide">{t('shell.otherLanguage')}</span>
      <span className="narrow" aria-hidden="true">
        {t('shell.otherLanguage.short')}
      </span>
    </button>
  )
}

function ThemeSwitch() {
  const t = useText()
  const theme = useTheme()
  const other = theme === 'dark' ? 'light' : 'dark'
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={other === 'dark' ? t('shell.dark') : t('shell.light')}
      onClick={() => setTheme(other)}
    >
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </button>
  )
}

function Account() {
  const t = useText()
  const me = useMe()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const leave = () => {
    signOut()
    queries.clear()
  }
  const console = { label: t('shell.console'), onSelect: () => void navigate({ to: '/admin' }) }
  return (
    <Menu
      trigger={
        <button type="button" className="icon-button" aria-label={t('shell.account')}>
          <Icon name="person" />
        </button>
      }
      items={[
        { label: t('shell.account'), onSelect: () => void navigate({ to: '/account' }) },
        ...(me.data?.role === 'admin' ? [console] : []),
        { id: 'signOut', label: t('shell.signOut', { email: me.data?.email ?? '' }), onSelect: leave },
      ]}
    />
  )
}
