import { copyText } from '../../app/copyText'
import { useText as useShared } from '../../i18n'
import { Button } from '../../ui/Button'
import { useToast } from '../../ui/Toast'
import { useText } from '../i18n'

export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useText()
  const shared = useShared()
  const tell = useToast()
  const copy = async () => {
    if (await copyText(text)) tell(t('copied'))
    else tell(shared('copy.refused'), 'bad')
  }
  return (
    <Button tone="quiet" className="button-small" aria-label={label} onClick={() => void copy()}>
      {t('copy')}
    </Button>
  )
}
