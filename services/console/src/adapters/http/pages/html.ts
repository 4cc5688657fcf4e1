const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is safe to put into a page. */
export interface Html {
  readonly markup: string;
}

type Piece = string | number | Html | readonly Html[];

/** A template in which every text is escaped; only other templates go in as they are. */
export const html = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html => ({
  markup: strings.reduce((page, text, index) => `${page}${markupOf(pieces[index - 1] ?? '')}${text}`),
});

const markupOf = (piece: Piece): string => {
  if (typeof piece === 'string' || typeof piece === 'number') return escaped(String(piece));
  return 'markup' in piece ? piece.markup : piece.map(({ markup }) => markup).join('');
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

export const NOTHING: Html = { markup: '' };

export const page = ({ title, body }: { readonly title: string; readonly body: Html }): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/console.css">
<link rel="icon" href="data:,">
</head>
<body>
<header class="top"><a class="brand" href="/"><span class="logo" aria-hidden="true">T</span>TikTok Channel</a><nav><a href="/channels">Channels</a></nav></header>
<main>
${body}
</main>
</body>
</html>
`.markup;
