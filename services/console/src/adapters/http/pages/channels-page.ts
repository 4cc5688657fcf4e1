import { failureText } from '../../../domain/authorization-outcomes.ts';
import { type Html, html, NOTHING, page } from './html.ts';
import { quoted } from './shell.ts';

export type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'connected'; readonly channelId: string }
  | { readonly kind: 'failed'; readonly code: string };

export interface ChannelsPage {
  readonly origin: string;
  readonly isLocal: boolean;
  readonly outcome: Outcome;
}

export const channelsPage = ({ origin, isLocal, outcome }: ChannelsPage): string =>
  page({
    title: 'Channels',
    body: html`<h1>Channels</h1>
${outcomeCard(outcome)}
<section class="card">
<h2>Connect a TikTok account</h2>
<p>An administrator of the account asks for an address, and opens it in the browser that keeps the cookie of the answer. The list of channels on this page is not built yet; the API has it.</p>
${isLocal ? localSteps(origin) : NOTHING}
</section>`,
  });

const outcomeCard = (outcome: Outcome): Html => {
  switch (outcome.kind) {
    case 'none':
      return NOTHING;
    case 'connected':
      return html`<section class="card good" role="status">
<h2>The channel is connected</h2>
<p>Messages to it arrive from now on. Its id is <code>${outcome.channelId}</code>.</p>
</section>`;
    case 'failed': {
      const { sentence, advice } = failureText(outcome.code);
      return html`<section class="card bad" role="alert">
<h2>Not connected</h2>
<p><b>${sentence}</b></p>
<p>${advice}</p>
</section>`;
    }
  }
};

const localSteps = (
  origin: string,
): Html => html`<pre tabindex="0"><code>TOKEN=$(curl -s ${quoted(`${origin}/local/token`)} -H 'Content-Type: application/json' \\
  -d '{"role":"administrator","accountId":"demo"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
curl -s ${quoted(`${origin}/v1/channels`)} -H "Authorization: Bearer $TOKEN"</code></pre>`;
