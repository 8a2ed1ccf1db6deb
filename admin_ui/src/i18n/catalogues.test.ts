import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import * as account_en from '../account/i18n/en'
import * as account_ko from '../account/i18n/ko'
import * as console_en from '../console/i18n/en'
import * as console_ko from '../console/i18n/ko'
import * as recordings_en from '../recordings/i18n/en'
import * as recordings_ko from '../recordings/i18n/ko'
import { en } from './en'
import { ko } from './ko'

const src = join(__dirname, '..')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|schema\.ts$|i18n\/(ko|en)\.ts$/.test(path))
  .map((path) => join(src, path))
const parsed = files.map((path) =>
  ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true),
)

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  node.forEachChild((child) => walk(child, visit))
}

/** Every string in the code, and templates as patterns: `state.${x}` uses every `state.…`. */
function mentions(inside: (path: string) => boolean): (key: string) => boolean {
  const words = new Set<string>()
  const patterns: RegExp[] = []
  for (const file of parsed.filter((each) => inside(each.fileName))) {
    walk(file, (node) => {
      if (ts.isStringLiteralLike(node)) words.add(node.text)
      if (ts.isTemplateExpression(node) && /^[a-zA-Z][\w.]*\.$/.test(node.head.text)) {
        patterns.push(new RegExp(`^${node.head.text.replaceAll('.', '\\.')}`))
      }
    })
  }
  return (key) => words.has(key) || patterns.some((pattern) => pattern.test(key))
}

const inConsole = (path: string) => path.includes('/console/')
const inAccount = (path: string) => path.includes('/account/')
const inRecordings = (path: string) => path.includes('/recordings/')
const catalogues = [
  { name: 'rooms', ko, en, inside: (path: string) => !inConsole(path) },
  { name: 'account', ko: account_ko.ko, en: account_en.en, inside: inAccount },
  { name: 'recordings', ko: recordings_ko.ko, en: recordings_en.en, inside: inRecordings },
  { name: 'console', ko: console_ko.ko, en: console_en.en, inside: inConsole },
]

describe.each(catalogues)('the texts of $name', ({ ko, en, inside }) => {
  it('exist in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(ko).sort())
    expect(Object.values({ ...ko, ...en }).filter((each) => each.trim() === '')).toEqual([])
  })

  it('ask for the same parameters in both languages', () => {
    const places = (texts: Record<string, string>) =>
      Object.entries(texts).map(([key, text]) => [key, (text.match(/\{\w+\}/g) ?? []).sort()])
    expect(Object.fromEntries(places(en))).toEqual(Object.fromEntries(places(ko)))
  })

  it('are all used', () => {
    const used = mentions(inside)
    expect(Object.keys(ko).filter((key) => !used(key))).toEqual([])
  })
})

describe('the pages', () => {
  const shown = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'hint', 'lead'])
  const wordy = (text: string) => /\p{L}{2,}/u.test(text)

  it('hold no text of their own', () => {
    const found: string[] = []
    for (const file of parsed) {
      walk(file, (node) => {
        const literal =
          (ts.isJsxText(node) && wordy(node.text)) ||
          (ts.isJsxAttribute(node) &&
            shown.has(node.name.getText()) &&
            node.initializer !== undefined &&
            ts.isStringLiteral(node.initializer) &&
            wordy(node.initializer.text)) ||
          (ts.isStringLiteralLike(node) && /\p{Script=Hangul}/u.test(node.text))
        if (literal) found.push(`${relative(src, file.fileName)}: ${node.getText().trim()}`)
      })
    }
    expect(found).toEqual([])
  })
})
