/** Issuer of the gateway's own tokens, as key servers know it. */
export function serviceIssuerOf(site: string): string {
  return `urn:mdm:${site}:gateway`;
}

/** Whom these tokens speak of: nobody else. */
export const serviceName = 'gateway';

/** Principal subject of the gateway towards the key servers. */
export function serviceSubjectOf(site: string): string {
  return `token:${serviceIssuerOf(site)}#${serviceName}`;
}
