import { normaliseGroup } from '../authz/index.ts';
import { mayAssert } from '../identity/token/may-assert.ts';

/** Whom authentication can make out here. */
export interface NameSources {
  /** Whether client certificates are accepted. */
  readonly certificates: boolean;
  readonly issuers: readonly {
    readonly issuer: string;
    readonly groupPrefixes?: readonly string[] | undefined;
  }[];
}

/** Group names, then at most one role. @standard OGF GFD.182 §3.4.1 */
const fqan = /^(?:\/[\w.-]+)+(?:\/Role=[\w.-]+)?$/;

/**
 * Why no caller can ever be who an entry names: a grant to him would give nothing, and look as if it
 * did. Undefined when somebody can be.
 */
export function neverMatches(who: string, sources: NameSources): string | undefined {
  if (who.startsWith('group:')) return noGroup(who.slice('group:'.length), sources);
  if (who.startsWith('user:')) return noUser(who.slice('user:'.length), sources);
  return undefined;
}

function noUser(subject: string, { certificates, issuers }: NameSources): string | undefined {
  if (subject.startsWith('x509:')) {
    if (!subject.startsWith('x509:/')) {
      return 'the name of a certificate is written /C=NL/O=Example/CN=Ada, as openssl x509 -noout -subject -nameopt compat shows it';
    }
    return certificates ? undefined : 'no client certificate is accepted here (trustDirectory)';
  }
  const [, issuer, name] = /^token:([^#]+)#(.+)$/.exec(subject) ?? [];
  if (issuer === undefined || name === undefined) {
    return 'a user is user:x509:/<name of a certificate> or user:token:<issuer>#<sub of its tokens>';
  }
  if (issuers.some((each) => each.issuer === issuer)) return undefined;
  return `no issuer ${issuer} is configured here (issuers)`;
}

function noGroup(group: string, { issuers }: NameSources): string | undefined {
  if (/\s/.test(group)) return 'the name of a group has no spaces';
  const name = normaliseGroup(group);
  if (name.startsWith('/') && !fqan.test(name)) {
    return 'a group with a slash in front is written /vo/group or /vo/group/Role=name';
  }
  if (issuers.some(({ groupPrefixes }) => mayAssert(name, groupPrefixes))) return undefined;
  return `no configured issuer may say that somebody is in ${name} (issuers[].groupPrefixes)`;
}
