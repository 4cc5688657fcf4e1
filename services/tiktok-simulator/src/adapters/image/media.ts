import { createHash } from 'node:crypto';
import { makeClip } from './clip.ts';
import { type Colour, type Painting, paint } from './png.ts';

type Kind = 'avatar' | 'photo' | 'face' | 'clip';

/** What nobody uploaded: a PNG, or an MP4 for a clip; the same for the same name. */
export const makeMedia = (name: string, kind: Kind): Buffer => {
  const bytes = createHash('sha256').update(name).digest();
  const pick = (index: number): number => (bytes[index] ?? 0) / 255;
  switch (kind) {
    case 'avatar':
      return paint(96, avatar(pick));
    case 'photo':
      return paint(240, landscape(pick));
    case 'face':
      return paint(160, face(pick));
    case 'clip':
      return makeClip();
  }
};

/** A number in [0, 1] for each index. */
type Pick = (index: number) => number;

const CLEAR: Colour = [0, 0, 0, 0];
const INK: Colour = [52, 40, 30, 255];

/** One colour fading into its neighbour. */
const avatar = (pick: Pick): Painting => {
  const from = hue(pick(0), 0.62);
  const to = hue(pick(0) + 0.12, 0.45);
  return (x, y) => mix(from, to, (x + y) / 2);
};

/** Sky, a sun and two hills. */
const landscape = (pick: Pick): Painting => {
  const [top, low, near, far] = [hue(pick(0), 0.55), hue(pick(0) + 0.1, 0.86), hue(pick(1), 0.3), hue(pick(1), 0.45)];
  const sun = { x: 0.2 + 0.6 * pick(2), y: 0.2 + 0.2 * pick(3), r: 0.09 };
  const ridge = (x: number, height: number, shift: number) =>
    height + 0.06 * Math.sin(6 * (x + shift)) + 0.03 * Math.sin(15 * (x + shift));
  return (x, y) => {
    if (y > ridge(x, 0.78, pick(4))) return near;
    if (y > ridge(x, 0.64, pick(5) + 1)) return far;
    return isWithin(sun, x, y) ? [255, 246, 214, 255] : mix(top, low, y / 0.7);
  };
};

/** A laughing face on nothing. */
const face = (pick: Pick): Painting => {
  const skin = hue(pick(0), 0.66);
  const eyes = [
    { x: 0.36, y: 0.4, r: 0.055 },
    { x: 0.64, y: 0.4, r: 0.055 },
  ];
  const isMouth = (x: number, y: number) => y > 0.56 && isWithin({ x: 0.5, y: 0.54, r: 0.22 }, x, y);
  return (x, y) => {
    if (!isWithin({ x: 0.5, y: 0.5, r: 0.46 }, x, y)) return CLEAR;
    if (eyes.some((eye) => isWithin(eye, x, y)) || isMouth(x, y)) return INK;
    return mix(skin, [255, 255, 255, 255], 0.35 * (1 - y));
  };
};

interface Circle {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

const isWithin = (circle: Circle, x: number, y: number): boolean =>
  (x - circle.x) ** 2 + (y - circle.y) ** 2 < circle.r ** 2;

/** A colour of the wheel, from its turn (1 is once around) and its lightness; not too loud. */
const hue = (turn: number, lightness: number): Colour => {
  const reach = 0.55 * Math.min(lightness, 1 - lightness);
  const part = (offset: number) => {
    const k = (offset + turn * 12) % 12;
    return 255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [part(0), part(8), part(4), 255];
};

const mix = (one: Colour, other: Colour, share: number): Colour => {
  const s = Math.min(1, Math.max(0, share));
  const at = (index: 0 | 1 | 2 | 3) => one[index] * (1 - s) + other[index] * s;
  return [at(0), at(1), at(2), at(3)];
};
