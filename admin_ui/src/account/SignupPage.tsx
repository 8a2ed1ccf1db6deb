import { createLazyRoute, getRouteApi, Link } from '@tanstack/react-router'
import { api, body } from '../api/client'
import { useText } from '../i18n'
import { AccountForm, type Credentials } from './AccountForm'

const here = getRouteApi('/signup')

const signUp = async (credentials: Credentials): Promise<string> =>
  (await body(api.POST('/auth/signup', { body: credentials }))).token

function SignupPage() {
  const t = useText()
  const search = here.useSearch()
  return (
    <AccountForm
      title={t('signup.title')}
      lead={t('signup.lead')}
      submit={t('signup.submit')}
      newPassword
      next={search.next}
      send={signUp}
    >
      {t('signup.haveAccount')}{' '}
      <Link to="/login" search={search}>
        {t('signup.toLogin')}
      </Link>
    </AccountForm>
  )
}

export const route = createLazyRoute('/signup')({ component: SignupPage })
