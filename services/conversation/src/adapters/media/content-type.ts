import { fileTypeFromBuffer } from 'file-type';
import type { DetectType } from '../../application/ports.ts';

export const detectType: DetectType = async (bytes) => (await fileTypeFromBuffer(bytes))?.mime ?? null;
