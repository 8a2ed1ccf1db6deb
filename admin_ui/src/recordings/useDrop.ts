import { useEffect, useState } from 'react'

/** Takes files that are let go of anywhere in the window; whether some are above it. */
export function useDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const above = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      // Otherwise the browser would leave the page for the file.
      event.preventDefault()
      setOver(true)
    }
    const gone = (event: DragEvent) => event.relatedTarget === null && setOver(false)
    const dropped = (event: DragEvent) => {
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length === 0) return
      event.preventDefault()
      setOver(false)
      onFiles(files)
    }
    addEventListener('dragover', above)
    addEventListener('dragleave', gone)
    addEventListener('drop', dropped)
    return () => {
      removeEventListener('dragover', above)
      removeEventListener('dragleave', gone)
      removeEventListener('drop', dropped)
    }
  }, [onFiles])
  return over
}
