import { type Html, html, NOTHING, page } from './html.ts';
import { quoted } from './shell.ts';

export interface StartPage {
  readonly origin: string;
  readonly isLocal: boolean;
  readonly simulatorUrl: string | null;
  readonly services: readonly { readonly name: string; readonly answers: boolean }[];
}

/** What each service does, in words of people who have not read the design. */
const PURPOSE: Readonly<Record<string, string>> = {
  ingress: 'takes what TikTok delivers and puts it on Kafka',
  auth: 'connects TikTok accounts and keeps their tokens',
  conversation: 'keeps conversations, and serves them over HTTP',
  outbound: 'sends replies, and tells what became of each',
};

export const startPage = ({ origin, isLocal, simulatorUrl, services }: StartPage): string =>
  page({
    title: 'TikTok Channel',
    body: html`<section class="hero">
<h1>TikTok direct messages, on your Kafka</h1>
<p class="lead">A customer writes to your TikTok business account; a moment later the message is an event that any service can read. Any service answers with one command, and gets one verdict.</p>
<p class="note">The inbox for agents is not built yet. Until it is, this page shows what is running and how to use it.</p>
</section>
${simulatorUrl === null ? NOTHING : phoneCard(simulatorUrl)}
${runningCard(services)}
${readingCard(origin, isLocal)}`,
  });

const phoneCard = (simulatorUrl: string): Html => html`<section class="card accent">
<h2>Be the customer</h2>
<p>The simulator stands in for TikTok. Its phone page lets you write to the demo shop as a customer, and see what comes back.</p>
<p><a class="button" href="${`${simulatorUrl}/phone`}">Open the phone</a></p>
</section>`;

const runningCard = (services: StartPage['services']): Html => html`<section class="card">
<h2>What is running</h2>
<ul class="services">
${services.map(
  ({ name, answers }) => html`<li><span class="dot ${answers ? 'on' : 'off'}" aria-hidden="true"></span>
<b>${name}</b> <span class="soft">${PURPOSE[name] ?? ''}</span>
<span class="state">${answers ? 'answers' : 'does not answer'}</span></li>
`,
)}</ul>
<p class="faint">As of the moment when you opened this page.</p>
</section>`;

const readingCard = (origin: string, isLocal: boolean): Html => html`<section class="card">
<h2>Read and answer</h2>
${tokenStep(origin, isLocal)}
<h3>The account's channels, then its conversations</h3>
<pre tabindex="0"><code>curl -s ${quoted(`${origin}/v1/channels`)} -H "Authorization: Bearer $TOKEN"
curl -s ${quoted(`${origin}/v1/conversations`)} -H "Authorization: Bearer $TOKEN"</code></pre>
<h3>The messages of one, and an answer to it</h3>
<pre tabindex="0"><code>CONVERSATION=…   # a conversationId from above, percent-encoded
curl -s "${origin}/v1/conversations/$CONVERSATION/messages" \\
  -H "Authorization: Bearer $TOKEN"
curl -s "${origin}/v1/conversations/$CONVERSATION/replies" \\
  -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(date +%s)" \\
  -H 'Content-Type: application/json' -d '{"text":"Hello from the shop"}'</code></pre>
</section>`;

const tokenStep = (origin: string, isLocal: boolean): Html =>
  isLocal
    ? html`<h3>A token, for this machine only</h3>
<pre tabindex="0"><code>TOKEN=$(curl -s ${quoted(`${origin}/local/token`)} -H 'Content-Type: application/json' \\
  -d '{"role":"agent","accountId":"demo"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')</code></pre>`
    : html`<p>Put a token of your identity provider into <code>TOKEN</code>.</p>`;
