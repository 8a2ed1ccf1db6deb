import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, type ReactNode } from 'react'

interface Props {
  count: number
  draw: (index: number) => ReactNode
}

/** More would make a page of buttons, one for each word, that no browser draws at once. */
const WHOLE_MAX = 200
const ROW_PX = 42

/** The segments of a recording; of one of many hours only those on the screen are drawn. */
export function SegmentList(props: Props) {
  return props.count <= WHOLE_MAX ? <Whole {...props} /> : <Windowed {...props} />
}

function Whole({ count, draw }: Props) {
  return (
    <ol className="segments">
      {Array.from({ length: count }, (_, index) => (
        <li key={index}>{draw(index)}</li>
      ))}
    </ol>
  )
}

function Windowed({ count, draw }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  return (
    <div ref={box} className="segments">
      <ol className="segments-window" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            style={{ transform: `translateY(${start}px)` }}
            aria-setsize={count}
            aria-posinset={index + 1}
          >
            {draw(index)}
          </li>
        ))}
      </ol>
    </div>
  )
}
