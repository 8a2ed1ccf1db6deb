import type { ReactNode } from 'react'

/** An empty page that looks as it is meant to. */
export function Empty({
  title,
  hint,
  children,
}: {
  title: string
  hint: string
  children?: ReactNode
}) {
  return (
    <div className="empty">
      <svg className="icon" width="44" height="44" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M4 12h2l2-5 3 11 3-14 3 10 1-2h2" />
      </svg>
      <p className="empty-title">{title}</p>
      <p className="soft">{hint}</p>
      {children}
    </div>
  )
}
