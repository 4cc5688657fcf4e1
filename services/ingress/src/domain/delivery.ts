/** One attempt of TikTok to deliver one webhook. */
export interface Delivery {
  /** As received: the signature covers these bytes. */
  readonly rawBody: Buffer;
  /** The `Tiktok-Signature` header, whole. */
  readonly signature: string | undefined;
  /** TikTok's trace id (`x-tt-logid`); another one at each attempt. */
  readonly logId: string | null;
  /** When its first bytes arrived, epoch milliseconds. */
  readonly receivedAtMs: number;
}
