import { failureText } from '../../../domain/authorization-outcomes.ts';
import { type Html, html, NOTHING, page } from './html.ts';
import { PIPED_JSON, quoted } from './shell.ts';

export type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'returned' }
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
${isLocal ? connectForm : NOTHING}
<p>${isLocal ? 'Over the API, an' : 'An'} administrator of the account asks for an address, and opens it in the browser that keeps the cookie of the answer.</p>
</section>
<section class="card">
<h2>Which channels are connected</h2>
<p>The list on this page is not built yet; the API has it.</p>
${isLocal ? localSteps(origin) : NOTHING}
</section>`,
  });

const outcomeCard = (outcome: Outcome): Html => {
  switch (outcome.kind) {
    case 'none':
      return NOTHING;
    // The address alone proves nothing: anybody can write it.
    case 'returned':
      return html`<section class="card good" role="status">
<h2>TikTok sent you back</h2>
<p>The list of channels says whether the account is connected. If it is, messages to it arrive from now on.</p>
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

/** The demo account's id, unless somebody wants another. */
const connectForm = html`<form class="form" method="post" action="/local/authorization">
<label for="accountId">Account</label>
<input id="accountId" name="accountId" value="demo" required maxlength="100" autocomplete="off" spellcheck="false">
<button class="button">Connect on TikTok</button>
</form>
<p class="faint">You act as its administrator, on this machine only. TikTok's page is the simulator's; it sends you back here.</p>`;

const localSteps = (
  origin: string,
): Html => html`<pre tabindex="0"><code>token=$(curl -s ${quoted(`${origin}/local/token`)} -H 'content-type: application/json' \\
  -d '{"role":"administrator","accountId":"demo"}' | node -p '${PIPED_JSON}.token')
curl -s ${quoted(`${origin}/v1/channels`)} -H "authorization: Bearer $token"</code></pre>`;
