/** HTML of the bank's web site: server-rendered, everything escaped, no script. */

export type Html = { readonly html: string }

/** A template whose values are escaped unless they are `Html` themselves; lists are joined, null is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly (Html | readonly Html[] | string | number | null)[]): Html {
  const render = (value: Html | readonly Html[] | string | number | null): string => {
    if (value === null) return ''
    if (typeof value === 'object') return 'html' in value ? value.html : value.map((one) => one.html).join('')
    return escapeHtml(String(value))
  }
  return { html: strings.reduce((text, part, at) => text + render(values[at - 1] ?? null) + part) }
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

const STYLE: Html = {
  html: `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem}
nav a{margin-right:1rem}table{border-collapse:collapse;width:100%}td,th{padding:.3rem .5rem;border-bottom:1px solid #8884;text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}
form{margin:1rem 0}label{display:block;margin:.5rem 0}input,select{font:inherit;padding:.3rem}button{font:inherit;padding:.4rem 1rem}.note{border-left:4px solid #c80;padding:.3rem .8rem}output{font-size:1.4rem;letter-spacing:.15em}`,
}

/** A whole page; `user` is the person who is signed in. */
export function page(title: string, user: string | null, body: Html): string {
  const links =
    user === null
      ? html`<a href="/login">Sign in</a>`
      : html`<a href="/accounts">Accounts</a><a href="/messages">Messages</a><a href="/access">Access by software</a
          ><a href="/security">Security</a><a href="/phone">My phone</a>`
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} - Sandbox Bank</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <header>
          <strong>Sandbox Bank</strong>
          <nav aria-label="Main"><a href="/">Home</a><a href="/status">Status</a>${links}</nav>
        </header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.html
}
