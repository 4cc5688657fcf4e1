import { fingerprint } from '@tiktok-channel/platform/kernel';
import type { SendableContent } from '@tiktok-channel/platform/reply-rules';

/** What an echo shows of a message, as far as it can be compared with what was asked for. */
export type EchoContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image' }
  | { readonly kind: 'sharedPost'; readonly itemId: string }
  | { readonly kind: 'template'; readonly card: EchoedCard };

interface EchoedCard {
  readonly type: string;
  readonly title: string;
  readonly buttons: readonly { readonly title: string }[];
}

/** Surfaces of an echo that can be ours: a reply by the API, or an echo that names none. */
export const OWN_SOURCES = ['API', 'UNKNOWN'] as const;

/**
 * Equal for a reply and its echo. Text is compared in one Unicode form, with one kind of line end and without blanks around
 * it; of an image only the kind, since its echo has a media id of its own; of a card all that the customer sees.
 */
export const echoFingerprint = (content: EchoContent | SendableContent): string => {
  switch (content.kind) {
    case 'text':
      return fingerprint({ kind: 'text', text: normalized(content.text) });
    case 'image':
      return fingerprint({ kind: 'image' });
    case 'sharedPost':
      return fingerprint({ kind: 'sharedPost', itemId: content.itemId });
    case 'template': {
      const { type, title, buttons } = content.card;
      const seen = {
        type: type.toUpperCase(),
        title: normalized(title),
        buttons: buttons.map((b) => normalized(b.title)),
      };
      return fingerprint({ kind: 'template', ...seen });
    }
  }
};

const normalized = (text: string): string => text.normalize('NFC').replaceAll('\r\n', '\n').trim();
