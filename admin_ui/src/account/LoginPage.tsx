import { createLazyRoute, getRouteApi, Link } from '@tanstack/react-router'
import { api, body } from '../api/client'
import { useText } from '../i18n'
import { AccountForm, type Credentials } from './AccountForm'

const here = getRouteApi('/login')

const logIn = async (credentials: Credentials): Promise<string> =>
  (await body(api.POST('/auth/login', { body: credentials }))).token

function LoginPage() {
  const t = useText()
  const search = here.useSearch()
  return (
    <AccountForm
      title={t('login.title')}
      lead={t('login.lead')}
      submit={t('login.submit')}
      newPassword={false}
      next={search.next}
      send={logIn}
    >
      {t('login.noAccount')}{' '}
      <Link to="/signup" search={search}>
        {t('login.toSignup')}
      </Link>
    </AccountForm>
  )
}

export const route = createLazyRoute('/login')({ component: LoginPage })
