import { useState } from 'react'
import { useText } from '../i18n'
import type { Job } from '../model'
import { CopyButton } from '../parts/CopyButton'

/** The gateway's whole answer; written out only when somebody wants to see it. */
export function RawJson({ detail }: { detail: Job }) {
  const t = useText()
  const [open, setOpen] = useState(false)
  const json = open ? JSON.stringify(detail, null, 2) : ''
  return (
    <details className="card raw" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('job.json')}</summary>
      {open && (
        <>
          <CopyButton text={json} label={t('job.json.copy')} />
          {/* It scrolls, so the keyboard must be able to reach it. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre tabIndex={0} role="region" aria-label={t('job.json')}>
            {json}
          </pre>
        </>
      )}
    </details>
  )
}
