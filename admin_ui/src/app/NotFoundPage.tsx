import { Link } from '@tanstack/react-router'
import { useText } from '../i18n'
import { useTitle } from './title'

export function NotFoundPage() {
  const t = useText()
  useTitle(t('notFound.title'))
  return (
    <section className="page page-narrow notice">
      <h1>{t('notFound.title')}</h1>
      <p>{t('notFound.text')}</p>
      <Link to="/rooms" className="button button-primary">
        {t('notFound.back')}
      </Link>
    </section>
  )
}
