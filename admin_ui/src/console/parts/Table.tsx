/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role --
   As cards on a phone the elements lose their own roles, so they are said out loud. */
import type { ReactNode } from 'react'

export interface Column<R> {
  name: string
  cell: (row: R) => ReactNode
  numeric?: boolean
}

interface Props<R> {
  caption: string
  columns: readonly Column<R>[]
  rows: readonly R[]
  keyOf: (row: R) => string
  className?: string
}

/** A table whose first cell heads its row; on a phone every row becomes a card. */
export function Table<R>({ caption, columns, rows, keyOf, className = '' }: Props<R>) {
  const [head, ...others] = columns
  if (head === undefined) return null
  return (
    <div className="table-frame">
      <table className={`table ${className}`} role="table">
        <caption className="visually-hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name, numeric }) => (
              <th key={name} scope="col" role="columnheader" className={numeric ? 'numeric' : ''}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              <th scope="row" role="rowheader" data-label={head.name}>
                {head.cell(row)}
              </th>
              {others.map(({ name, cell, numeric }) => (
                <td key={name} role="cell" data-label={name} className={numeric ? 'numeric' : ''}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
