import { z } from 'zod';
import { isLoopback } from '../../listener/loopback.ts';

/**
 * Where others reach a service, compared as text: by proofs (DPoP), and at key servers as the audience
 * of tokens. So there is one way to write it.
 */
export const publicUrl = z.string().superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === undefined || !isHttp || url.origin !== text) {
    const form = isHttp && url !== undefined ? url.origin : 'https://keys.example:7443';
    context.addIssue(`scheme, host and port in lower case and nothing behind: ${form}`);
  } else if (url.protocol === 'http:' && !isLoopback(url.hostname.replaceAll(/[[\]]/g, ''))) {
    context.addIssue('http:// only within this machine');
  }
});
