/** Names and terms that the recogniser of a room should expect. */

/** The server's; letters are counted in code points, as it does. */
export const LIMITS = { terms: 100, letters: 60, all: 600 }

/** Commas as Korean, Chinese and Japanese keyboards write them, too. */
const BETWEEN = /[,，、\n]/
/** The server refuses every blank but the plain one, and all that cannot be seen. */
const UNSEEN = /[\s\p{C}]+/gu

export function termsOf(text: string): string[] {
  const terms = text.split(BETWEEN).map((each) => each.replace(UNSEEN, ' ').trim())
  return [...new Set(terms.filter((each) => each !== ''))]
}

export function fits(terms: readonly string[]): boolean {
  const lengths = terms.map((each) => [...each].length)
  return (
    terms.length <= LIMITS.terms &&
    lengths.every((each) => each <= LIMITS.letters) &&
    lengths.reduce((sum, each) => sum + each, 0) <= LIMITS.all
  )
}
