import { Button } from '../../ui/Button'
import { useToast } from '../../ui/Toast'
import { useText } from '../i18n'

export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useText()
  const tell = useToast()
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => tell(t('copied')))
  }
  return (
    <Button tone="quiet" className="button-small" aria-label={label} onClick={copy}>
      {t('copy')}
    </Button>
  )
}
