import { HttpProblem } from '@tiktok-channel/platform/http-server';
import type { RequestHandler } from 'express';
import multer from 'multer';
import { MAX_UPLOAD_BYTES } from '../../domain/media.ts';

export const fileProblem = (status: number, code: string, message: string): HttpProblem =>
  new HttpProblem(status, code, `these fields are missing or wrong: file`, { fields: [{ field: 'file', message }] });

const readForm = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: MAX_UPLOAD_BYTES, files: 1, fields: 0 },
}).single('file');

/** The one part `file` of a multipart body, in memory; its name and its declared type are not looked at. */
export const uploadedFile: RequestHandler = (request, response, next) => {
  if (!request.is('multipart/form-data')) {
    throw new HttpProblem(415, 'multipart_needed', 'the body has to be multipart/form-data with one part named file', {
      fields: [{ field: 'file', message: 'is missing' }],
    });
  }
  readForm(request, response, (error: unknown) => next(error && problemOf(error)));
};

const problemOf = (error: unknown): HttpProblem => {
  if (!(error instanceof multer.MulterError)) return fileProblem(400, 'invalid_multipart', 'cannot be read');
  return error.code === 'LIMIT_FILE_SIZE'
    ? fileProblem(413, 'image_too_large', 'is larger than 3 MB')
    : fileProblem(400, 'invalid_multipart', 'has to be the only part');
};
