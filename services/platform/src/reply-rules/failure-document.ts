import { type FailureCode, failureCatalogue, failureCodes } from './failure-catalogue.ts';

const HEAD = `# Failure codes

What \`ReplyFailed.code\` can be, written from the catalogue in \`services/platform/src/reply-rules\` by
\`npm run failure-codes -w @tiktok-channel/platform\`. Codes may be added; none is renamed or removed. Treat one that you do not know
by the \`retryable\` beside it: a reply that may work later is sent again under an id of its own, with \`retryOf\`.

A code of TikTok that is not named here is no proof that nothing was sent: it makes the outcome unknown, not failed. 40064 stands for
three failures, which the facts of the conversation tell apart.`;

/** The page for those who subscribe to replies' statuses, in Markdown. */
export const failureCodesDocument = (): string =>
  [HEAD, ...failureCodes.map(sectionOf), tiktokCodesSection()].join('\n\n').concat('\n');

const sectionOf = (code: FailureCode): string => {
  const { sentence, advice, retryable, clearedBy, tiktokCodes } = failureCatalogue[code];
  return [
    `## ${code}`,
    '',
    sentence,
    '',
    `- **Advice:** ${advice}`,
    `- **Retryable:** ${retryable ? `yes, cleared by ${clearedBy}` : 'no'}`,
    `- **TikTok's codes:** ${tiktokCodes.length === 0 ? 'none' : tiktokCodes.join(', ')}`,
  ].join('\n');
};

const tiktokCodesSection = (): string => {
  const rows = failureCodes.flatMap((code) =>
    failureCatalogue[code].tiktokCodes.map((tiktokCode) => [tiktokCode, code] as const),
  );
  const byCode = Map.groupBy(rows, ([tiktokCode]) => tiktokCode);
  const lines = [...byCode]
    .toSorted(([a], [b]) => a - b)
    .map(([tiktokCode, failures]) => `- ${tiktokCode}: ${failures.map(([, code]) => `\`${code}\``).join(', ')}`);
  return ["## By TikTok's code", '', ...lines].join('\n');
};
