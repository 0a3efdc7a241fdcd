import { TAG, type DerReader } from './der.ts';
import { check, type DcapRule } from './errors.ts';

/** Seconds since 1970 of a UTC date, or undefined where it is no real date or before 1970. */
export function secondsOf(fields: readonly number[]): number | undefined {
  const [year, month, day, hour, minute, second] = fields as [number, number, number, number, number, number];
  const inRange = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59;
  if (!inRange || day > daysOfMonth(year, month)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/**
 * Reads a UTCTime or, from 2050 on, a GeneralizedTime (docs/spec/dcap.md section 4; RFC 5280 section 4.1.2.5).
 * @returns seconds since 1970
 * @throws DcapError `InvalidValidity`
 */
export function readTime(reader: DerReader): number {
  const rule: DcapRule = 'InvalidValidity';
  const isGeneralized = reader.peekTag() === TAG.generalizedTime;
  const content = reader.element(isGeneralized ? TAG.generalizedTime : TAG.utcTime, rule);
  const length = content.end - content.position;
  check(length <= 15, rule, () => `a date has ${length} bytes`);
  const text = String.fromCharCode(...content.rest());
  const pattern = isGeneralized
    ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
    : /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
  const match = pattern.exec(text);
  const fields = match?.slice(1).map(Number) ?? [];
  if (!isGeneralized && match) fields[0]! += fields[0]! < 50 ? 2000 : 1900;
  const seconds = match ? secondsOf(fields) : undefined;
  check(seconds !== undefined, rule, () => `${JSON.stringify(text)} is no date in the form of DER`);
  check(!isGeneralized || fields[0]! >= 2050, rule, () => `${text}: dates before 2050 are UTCTime`);
  return seconds;
}

/** Seconds since 1970 of `YYYY-MM-DDTHH:MM:SSZ`, or undefined where it is no real date in that form or before 1970. */
export function parseIsoDate(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(text);
  return match ? secondsOf(match.slice(1).map(Number)) : undefined;
}

/** The ISO form of a time for messages, for example `2025-06-19T10:16:03Z`. */
export function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
