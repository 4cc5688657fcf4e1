import { fingerprint } from '@tiktok-channel/platform/kernel';
import type { SendableContent } from '@tiktok-channel/platform/reply-rules';

/** What an echo shows of a message, as far as it can be compared with what was asked for. */
export type EchoContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image' }
  | { readonly kind: 'sharedPost'; readonly itemId: string };

/** Surfaces of an echo that can be ours: a reply by the API, or an echo that names none. */
export const OWN_SOURCES = ['API', 'UNKNOWN'] as const;

/**
 * Equal for a reply and its echo. Text is compared in one Unicode form, with one kind of line end and without blanks around
 * it; of an image only the kind, since its echo has a media id of its own.
 */
export const echoFingerprint = (content: EchoContent | SendableContent): string => {
  switch (content.kind) {
    case 'text':
      return fingerprint({ kind: 'text', text: content.text.normalize('NFC').replaceAll('\r\n', '\n').trim() });
    case 'image':
      return fingerprint({ kind: 'image' });
    case 'sharedPost':
      return fingerprint({ kind: 'sharedPost', itemId: content.itemId });
  }
};
