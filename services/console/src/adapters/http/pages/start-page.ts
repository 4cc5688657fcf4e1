import { type Html, html, NOTHING, page } from './html.ts';
import { PIPED_JSON, quoted } from './shell.ts';

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
${readingCard(origin, isLocal, simulatorUrl)}`,
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

const AS_AGENT = '-H "authorization: Bearer $token"';

const readingCard = (origin: string, isLocal: boolean, simulatorUrl: string | null): Html => html`<section class="card">
<h2>Read and answer</h2>
${tokenStep(origin, isLocal)}
${simulatorUrl === null ? NOTHING : customerStep(origin, simulatorUrl)}
<h3>Read the newest conversation, a moment later</h3>
<pre tabindex="0"><code>conversation=$(curl -s ${quoted(`${origin}/v1/conversations`)} ${AS_AGENT} \\
  | node -p 'encodeURIComponent(${PIPED_JSON}.items[0].conversationId)')
curl -s "${origin}/v1/conversations/$conversation/messages" ${AS_AGENT}</code></pre>
<h3>Answer it</h3>
<pre tabindex="0"><code>reply=$(curl -s "${origin}/v1/conversations/$conversation/replies" ${AS_AGENT} \\
  -H "idempotency-key: $(node -p 'crypto.randomUUID()')" -H 'content-type: application/json' \\
  -d '{"text":"Yes, we do."}' | node -p '${PIPED_JSON}.replyId')</code></pre>
<h3>See the verdict: sent, failed with a reason, or unknown</h3>
<pre tabindex="0"><code>curl -s "${origin}/v1/replies/$reply" ${AS_AGENT}</code></pre>
</section>`;

const tokenStep = (origin: string, isLocal: boolean): Html =>
  isLocal
    ? html`<h3>A token, for this machine only</h3>
<pre tabindex="0"><code>token=$(curl -s ${quoted(`${origin}/local/token`)} -H 'content-type: application/json' \\
  -d '{"role":"agent","accountId":"demo"}' | node -p '${PIPED_JSON}.token')</code></pre>`
    : html`<p>Put a token of your identity provider into <code>token</code>.</p>`;

const customerStep = (
  origin: string,
  simulatorUrl: string,
): Html => html`<h3>Write as the customer, here or on the phone</h3>
<pre tabindex="0"><code>channel=$(curl -s ${quoted(`${origin}/v1/channels`)} ${AS_AGENT} \\
  | node -p 'encodeURIComponent(${PIPED_JSON}.items[0].channelId)')
curl -s "${simulatorUrl}/_control/businesses/$channel/customers/anna/messages" \\
  -H 'content-type: application/json' -d '{"type":"text","text":"Do you have this in blue?"}'</code></pre>
<p class="faint">The simulator keeps nothing. After it was started again it knows no customers: let the customer write again before you answer.</p>`;
