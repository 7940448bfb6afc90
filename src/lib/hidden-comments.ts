/** HTML comments in Markdown: forges show none of them, so nothing in them was said to anybody. */

/** A fence up to its end, code within a paragraph, a comment; what is never closed goes to the end of the text. */
const CODE_OR_COMMENT =
  /^ {0,3}(`{3,}|~{3,}).*\n[\s\S]*?(?:^ {0,3}\1[`~]*[ \t]*$|(?![\s\S]))|(?<!`)(`+)(?!`)(?:.|\n(?![ \t]*\n))*?(?<!`)\2(?!`)|<!--[\s\S]*?(?:-->|(?![\s\S]))/gm

/** The text as its readers see it; in code a comment is shown as it stands, and stays. */
export function withoutHiddenComments(markdown: string): string {
  if (!markdown.includes('<!--')) return markdown
  return markdown.replace(CODE_OR_COMMENT, (found) => (found.startsWith('<!--') ? '' : found))
}
