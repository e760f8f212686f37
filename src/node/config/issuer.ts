import { z } from 'zod';

/** Audiences: who we are to an issuer. */
export const audience = z.union([z.string(), z.array(z.string()).min(1)]);

/** Settings of a token issuer, the same for both services; whom its tokens must name is not. */
export const issuerSettings = {
  issuer: z.string().min(1),
  jwks: z.string().min(1),
  algorithms: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']))
    .min(1)
    .default(['RS256', 'ES256']),
  /** Groups that its tokens may assert, with those below; needed for names like `/vo`. */
  groupPrefixes: z.array(z.string().min(1)).optional(),
  /** Of a token, from when it was issued, or from now where it does not say. */
  longestLifetimeHours: z.number().positive().max(8_784).default(24),
};
