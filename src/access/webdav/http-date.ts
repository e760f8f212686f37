const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const month = `(${months.join('|')})`;
const time = '(\\d\\d):(\\d\\d):(\\d\\d)';
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longDay = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';

const imfFixdate = new RegExp(`^${day}, (\\d\\d) ${month} (\\d{4}) ${time} GMT$`);
const rfc850 = new RegExp(`^${longDay}, (\\d\\d)-${month}-(\\d\\d) ${time} GMT$`);
const asctime = new RegExp(`^${day} ${month} ([ \\d]\\d) ${time} (\\d{4})$`);

/**
 * UTC ms of a date in a header, in the form that is sent or in one of the two obsolete ones that are still
 * to be read; undefined for anything else, which counts as absent.
 *
 * @param nowMs a year of two digits is of the past century if it would be more than 50 years ahead
 * @standard RFC 9110 §5.6.7
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const fixed = imfFixdate.exec(text);
  if (fixed !== null) {
    const [, date, name, year, ...clock] = fixed;
    return msOf({ year: Number(year), name, date, clock });
  }
  const old = rfc850.exec(text);
  if (old !== null) {
    const [, date, name, year, ...clock] = old;
    return msOf({ year: fullYear(Number(year), nowMs), name, date, clock });
  }
  const [, name, date, ...rest] = asctime.exec(text) ?? [];
  return msOf({ year: Number(rest[3]), name, date, clock: rest.slice(0, 3) });
}

/** IMF-fixdate. @standard RFC 9110 §5.6.7 */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

function fullYear(twoDigits: number, nowMs: number): number {
  const now = new Date(nowMs).getUTCFullYear();
  const year = now - (now % 100) + twoDigits;
  return year > now + 50 ? year - 100 : year;
}

function msOf(parts: {
  readonly year: number;
  readonly name: string | undefined;
  readonly date: string | undefined;
  readonly clock: readonly (string | undefined)[];
}): number | undefined {
  const index = months.indexOf(parts.name ?? '');
  const [hour, minute, second] = parts.clock.map(Number);
  const ms = Date.UTC(parts.year, index, Number(parts.date), hour, minute, second);
  return index < 0 || Number.isNaN(ms) ? undefined : ms;
}
