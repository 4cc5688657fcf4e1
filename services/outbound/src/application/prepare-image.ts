import { type Clock, ok, type Result } from '@tiktok-channel/platform/kernel';
import {
  CONTENT_LIMITS,
  type FailureCode,
  type ImageSource,
  isSendableImageType,
} from '@tiktok-channel/platform/reply-rules';
import type {
  Caller,
  Channels,
  ConversationKey,
  Facts,
  Images,
  KnownConversation,
  LinkedImage,
  LinkedImages,
  StoredImage,
  TikTok,
  TikTokMessage,
} from './ports.ts';
import { calling, type Obstacle, postponed, refused } from './tiktok-calls.ts';

export interface PrepareImageDependencies {
  readonly channels: Channels;
  readonly facts: Facts;
  readonly images: Images;
  readonly linkedImages: LinkedImages;
  readonly tiktok: Pick<TikTok, 'canSendImages' | 'uploadImage'>;
  readonly clock: Clock;
}

/** What TikTok said about images in a conversation is good for so long. */
const CAPABILITY_FRESH_MS = 600_000;

interface Image {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** An image is asked for, fetched, checked and uploaded before it can be sent. Throws `DependencyUnavailable`. */
export const prepareImage = async (
  dependencies: PrepareImageDependencies,
  caller: Caller,
  { from, ...to }: { readonly from: ImageSource; readonly key: ConversationKey; readonly known: KnownConversation },
): Promise<Result<TikTokMessage, Obstacle>> => {
  const capable = await canSendImages(dependencies, caller, to);
  if (!capable.ok) return capable;
  if (!capable.value) return refused('images_not_available_here');
  const image = await fetchImage(dependencies, from);
  if (!image.ok) return image;
  if (image.value.bytes.length > CONTENT_LIMITS.imageBytes) return refused('image_too_large');
  if (!isSendableImageType(image.value.mediaType)) return refused('unsupported_image_type');
  const { channels, tiktok } = dependencies;
  const uploaded = await calling(channels, caller, (current) => tiktok.uploadImage(current, image.value));
  return uploaded.ok ? ok({ kind: 'image', tiktokMediaId: uploaded.value }) : uploaded;
};

const canSendImages = async (
  { channels, facts, tiktok, clock }: PrepareImageDependencies,
  caller: Caller,
  { key, known }: { readonly key: ConversationKey; readonly known: KnownConversation },
): Promise<Result<boolean, Obstacle>> => {
  const { imageCapability, hasEchoes } = known;
  if (imageCapability !== null && clock.now() < imageCapability.askedAtMs + CAPABILITY_FRESH_MS) {
    return ok(imageCapability.canSend);
  }
  const { conversationId } = key;
  const told = await calling(channels, caller, (current) =>
    tiktok.canSendImages(current, { conversationId, hasReplied: hasEchoes }),
  );
  if (told.ok) await facts.learnImageCapability(key, told.value);
  return told;
};

const fetchImage = async (
  { images, linkedImages }: PrepareImageDependencies,
  from: ImageSource,
): Promise<Result<Image, Obstacle>> => {
  const fetched: StoredImage | LinkedImage =
    'mediaId' in from ? await images.fetch(from.mediaId) : await linkedImages.fetch(from.url);
  if (fetched.kind === 'image') return ok(fetched);
  if (fetched.kind === 'pending' || fetched.kind === 'away') return postponed('image_pending');
  return refused(MISSING[fetched.kind]);
};

const MISSING = {
  unknown: 'image_unavailable',
  unavailable: 'image_unavailable',
  refused: 'image_unavailable',
  not_an_image: 'unsupported_image_type',
  too_large: 'image_too_large',
} as const satisfies Readonly<Record<string, FailureCode>>;
