import { codeIn, sentences } from '../errors'
import { useText, type TextKey } from '../i18n'
import type { DeadLetter } from '../model'

/** Why it was given up: in a sentence where the reason is known; beneath it all that is kept. */
export function Why({ letter: { reason, payload } }: { letter: DeadLetter }) {
  const t = useText()
  const sentence = inWords(reason)
  return (
    <>
      {sentence !== null && <span className="line">{t(sentence)}</span>}
      <span className="hint clamp" lang="en">
        {reason}
      </span>
      <details className="payload">
        <summary>{t('dead.payload')}</summary>
        {/* They scroll, so the keyboard must be able to reach them. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre tabIndex={0} role="region" aria-label={t('dead.payload')}>
          {`${reason}\n\n${legible(payload)}`}
        </pre>
      </details>
    </>
  )
}

function inWords(reason: string): TextKey | null {
  const code = codeIn(reason)
  if (code !== null) return sentences(code).why
  return reason.startsWith('unreadable') ? 'dead.unreadable' : null
}

/** JSON is spread out; what is none is shown as it came: that may be why it lies here. */
function legible(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2)
  } catch (error) {
    if (error instanceof SyntaxError) return payload
    throw error
  }
}
