import { withoutEmptySegments } from '../../files/index.ts';
import { accessErrors } from '../errors.ts';
import type { AccessLimits } from '../limits.ts';

/** A site URL. @standard SRM 2.2 §2 (TSURL) */
export interface Surl {
  /** As the client spelt it; replies must spell it the same. */
  readonly text: string;
  readonly host: string;
  /** Site path: absolute, no trailing slash, no empty segments. */
  readonly path: string;
}

const form = /^srm:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(\/[^?]*)?(?:\?SFN=(.*))?$/i;

/**
 * Parse a site URL: `srm://host/path`, `srm://host:port/path`, or
 * `srm://host:port/srm/managerv2?SFN=/path`. The path is taken as it is: grid clients have already
 * decoded it, and decoding twice would make two names of one.
 *
 * @throws `ACCESS_SURL_INVALID`
 */
export function parseSurl(text: string, limits: AccessLimits): Surl {
  const match = text.length <= limits.surlCharactersMax ? form.exec(text) : null;
  const [, host, direct, sfn] = match ?? [];
  if (host === undefined) throw accessErrors.create('ACCESS_SURL_INVALID');
  return { text, host, path: withoutEmptySegments(`/${sfn ?? direct ?? ''}`) };
}

/** Where bytes are fetched: this server's HTTPS doors, under a host name its certificate has. */
export function formatTurl(
  endpoint: { readonly host: string; readonly port: number },
  path: string,
) {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `https://${endpoint.host}:${endpoint.port}${encoded}`;
}
