import { useText } from '../i18n'
import { useTitle } from './title'
import { Button } from '../ui/Button'

export function PageError() {
  const t = useText()
  useTitle(t('error.page.title'))
  return (
    <section className="page page-narrow notice" role="alert">
      <h1>{t('error.page.title')}</h1>
      <p>{t('error.page.text')}</p>
      <Button tone="primary" onClick={() => location.reload()}>
        {t('error.page.reload')}
      </Button>
    </section>
  )
}
