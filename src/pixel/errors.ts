import { defineErrors } from '../lib/errors/error-table.ts';
import type { ErrorContext } from '../lib/errors/mdm-error.ts';

/** Why a compressed frame is not pixels. */
export const pixelErrors = defineErrors('pixel', {
  PIXEL_NO_CODEC: {
    disposition: 'permanent',
    meaning: 'Nothing here decodes frames of this transfer syntax, or of this shape in it.',
    user: 'Read the instances (`i-*.dcm`) of the series instead, where the collection lists them.',
    operator: 'Nothing to do: the images are as the scanner made them.',
  },
  PIXEL_CODED_INVALID: {
    disposition: 'permanent',
    meaning: 'The coded data of a frame do not follow their standard: they are damaged.',
    user: 'Nothing to do.',
    operator: 'Compare with what the archive shows of the image.',
  },
  PIXEL_FRAME_MISMATCH: {
    disposition: 'permanent',
    meaning: 'A coded frame is another image than its header says: size, samples, bits or colours.',
    user: 'Nothing to do.',
    operator: 'Compare with what the archive shows of the image.',
  },
  PIXEL_LIMIT_EXCEEDED: {
    disposition: 'permanent',
    meaning: 'Decoding a frame would take more memory than one may.',
    user: 'Nothing to do.',
    operator: 'Nothing to do: the limits are in docs/limits.md.',
  },
  PIXEL_TIMEOUT: {
    disposition: 'transient',
    meaning: 'Decoding a frame took longer than one may.',
    user: 'Try again once.',
    operator: 'Look at the load of the machine; a frame that does it again is hostile or damaged.',
  },
  PIXEL_THREAD_ENDED: {
    disposition: 'transient',
    meaning: 'The thread that decoded a frame ended: it had no memory left, or was closed.',
    user: 'Try again once.',
    operator:
      'Look at the memory of the machine; a frame that does it again is hostile or damaged.',
  },
});

/** A code of `pixelErrors`. */
export type PixelErrorCode = keyof typeof pixelErrors.rows;

/** Coded data that no encoder makes; `offset`: the byte where that showed. */
export function invalid(message: string, offset: number): Error {
  return pixelErrors.create('PIXEL_CODED_INVALID', { message, context: { offset } });
}

/** An `MdmError` of `pixelErrors` on its way between threads. */
export interface PixelFailure {
  readonly code: PixelErrorCode;
  readonly message: string;
  readonly context?: ErrorContext;
}

/** A failure as it goes to another thread; what is no failure of a frame is a bug, and thrown on. */
export function failureOf(error: unknown): PixelFailure {
  if (!pixelErrors.has(error)) throw error;
  const { code, message, context } = error;
  return { code, message, context };
}

/** The same as it comes from there. */
export function errorOf({ code, message, context = {} }: PixelFailure): Error {
  return pixelErrors.create(code, { message, context });
}
