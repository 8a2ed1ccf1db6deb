// Fails when the first load of a page needs more JavaScript than it may: `npm run budget`, after a build.
// What counts is what the browser fetches before the page works: the entry, the page's own chunk and
// everything they import statically, compressed as nginx does.
import { readFileSync } from 'node:fs'
import { URL } from 'node:url'
import process from 'node:process'
import { gzipSync } from 'node:zlib'

const KILOBYTES = { 'src/room/RoomPage.tsx': 200 }
const NGINX_LEVEL = 6

const dist = new URL('dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

/** Every chunk that is fetched with this one. */
function withImports(key, found = new Set()) {
  const chunk = manifest[key]
  if (chunk === undefined) throw new Error(`${key} is no chunk of its own any more`)
  if (found.has(key)) return found
  found.add(key)
  for (const imported of chunk.imports ?? []) withImports(imported, found)
  return found
}

function compressed(file) {
  return gzipSync(readFileSync(new URL(file, dist)), { level: NGINX_LEVEL }).length
}

function weigh(page) {
  const chunks = withImports(page, withImports('index.html'))
  const files = [...chunks].map((key) => manifest[key].file).filter((file) => file.endsWith('.js'))
  return files.reduce((sum, file) => sum + compressed(file), 0) / 1000
}

let over = false
for (const [page, limit] of Object.entries(KILOBYTES)) {
  const weight = weigh(page)
  over ||= weight > limit
  process.stdout.write(`${page}: ${weight.toFixed(1)} kB of ${limit} kB (gzip)\n`)
}
if (over) {
  process.stderr.write('Too much to load at first: import what is rarely needed lazily.\n')
  process.exit(1)
}
