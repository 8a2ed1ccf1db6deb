import { createLazyRoute } from '@tanstack/react-router'
import { api } from '../../api/client'
import { Badge } from '../../ui/Badge'
import { useText, type TextKey } from '../i18n'
import { useLive } from '../live'
import type { Part } from '../model'
import { Answer } from '../parts/Answer'
import { Table } from '../parts/Table'

function HealthPage() {
  const t = useText()
  const health = useLive(['health'], () => api.GET('/admin/health'))
  return (
    <>
      <header className="console-head">
        <h1>{t('health.title')}</h1>
      </header>
      <Answer of={health}>
        {(data) => (
          <>
            <Verdict parts={[...data.services, ...data.servers]} />
            <div className="health">
              <Parts kind="services" parts={data.services} />
              <Parts kind="servers" parts={data.servers} />
            </div>
            {data.grafana_url === null ? (
              <p className="hint">{t('health.noGrafana')}</p>
            ) : (
              <p>
                <a className="button button-plain" href={data.grafana_url} rel="noreferrer">
                  {t('health.grafana')}
                </a>
              </p>
            )}
          </>
        )}
      </Answer>
    </>
  )
}

function Verdict({ parts }: { parts: readonly Part[] }) {
  const t = useText()
  const bad = parts.filter(({ ok }) => !ok).length
  return (
    <p className={bad === 0 ? 'verdict verdict-good' : 'verdict verdict-bad'} role="status">
      {bad === 0 ? t('health.allOk') : t('health.someBad', { count: bad })}
    </p>
  )
}

function Parts({ kind, parts }: { kind: 'services' | 'servers'; parts: readonly Part[] }) {
  const t = useText()
  return (
    <section className="card section" aria-labelledby={kind}>
      <h2 id={kind}>{t(`health.${kind}`)}</h2>
      <Table
        caption={t(`health.caption.${kind}`)}
        rows={parts}
        keyOf={({ name, instance }) => `${name} ${instance ?? ''}`}
        columns={[
          {
            name: t('health.col.name'),
            cell: ({ name, instance }) => (
              <>
                <span className="line">{name}</span>
                {instance !== null && <span className="line hint">{instance}</span>}
              </>
            ),
          },
          {
            name: t('health.col.state'),
            cell: ({ ok }) =>
              ok ? (
                <Badge tone="good">✓ {t('health.ok')}</Badge>
              ) : (
                <Badge tone="bad">✕ {t('health.bad')}</Badge>
              ),
          },
          { name: t('health.col.detail'), cell: ({ detail }) => <Detail detail={detail} /> },
        ]}
      />
    </section>
  )
}

/** What the gateway says most of the time, in the reader's language; the rest as it came. */
const usual: Readonly<Record<string, TextKey>> = {
  alive: 'health.detail.alive',
  answers: 'health.detail.alive',
  silent: 'health.detail.silent',
  'does not answer': 'health.detail.silent',
  'no replica was heard of': 'health.detail.unheard',
  'nothing waits for it': 'health.detail.idle',
}

function Detail({ detail }: { detail: string }) {
  const t = useText()
  const key = usual[detail]
  return key === undefined ? <span lang="en">{detail}</span> : <>{t(key)}</>
}

export const route = createLazyRoute('/admin/health')({ component: HealthPage })
