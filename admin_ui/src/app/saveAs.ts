/** Hands a file of this server to the browser's downloads, without reading it here. */
export function saveFrom(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = legal(name)
  link.click()
}

const legal = (name: string): string => name.replace(/[/\\:*?"<>|]/g, '_')

/** Hands bytes to the browser's downloads. */
export function saveAs(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = legal(name)
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
