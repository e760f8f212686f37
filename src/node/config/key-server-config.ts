import { z } from 'zod';
import { admission } from './admission.ts';

const file = z.string().min(1);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** Settings of a key server. It belongs to another party than the gateway. */
export const keyServerConfigSchema = z.strictObject({
  /** As in receipts and in the gateway's list. */
  name,
  /** Site whose policy feed it follows. */
  site: name,
  /** Folder of its database. */
  data: file,
  /** Kept and backed up apart from the folder. */
  masterKey: file,
  listen: z.strictObject({
    host: z.string().default('127.0.0.1'),
    port: z.int().min(0).max(65_535),
    tls: z.strictObject({ certificate: file, key: file }).optional(),
    ...admission,
  }),
  /** Public keys (PEM) of the producers whose deposits it takes. */
  producers: z.array(file).min(1),
  /** Public keys (PEM) of the gateways whose policy feed it follows. */
  gateways: z.array(file).min(1),
  trustDirectory: file.optional(),
  issuers: z
    .array(
      z.strictObject({
        issuer: z.string().min(1),
        audience: z.union([z.string(), z.array(z.string()).min(1)]),
        jwks: file,
        algorithms: z
          .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']))
          .min(1)
          .default(['RS256', 'ES256']),
        /** Groups that its tokens may assert, with those below; needed for names like `/vo`. */
        groupPrefixes: z.array(z.string().min(1)).optional(),
      }),
    )
    .default([]),
});

export type KeyServerConfig = z.output<typeof keyServerConfigSchema>;
