const RFC3339_UTC = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z$/;

/** Seconds since 1970 of an RFC 3339 time in UTC without fractions; null when it is none. */
export function parseTimestamp(text: string): number | null {
  const match = RFC3339_UTC.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!exists || hour > 23 || minute > 59 || second > 59 || year < 1970) return null;
  return (daysSince1970(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
}

/** The inverse. @param timeSec Before the year 10000. */
export function formatTimestamp(timeSec: number): string {
  const days = Math.floor(timeSec / 86_400);
  let year = 1970 + Math.floor(days / 366);
  while (daysSince1970(year + 1, 1, 1) <= days) year += 1;
  let month = 1;
  while (month < 12 && daysSince1970(year, month + 1, 1) <= days) month += 1;
  const day = days - daysSince1970(year, month, 1) + 1;
  const second = timeSec - days * 86_400;
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${time.join(":")}Z`;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function daysSince1970(year: number, month: number, day: number): number {
  const before = year - 1;
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  let days = before * 365 + leaps - 719_162;
  for (let passed = 1; passed < month; passed += 1) days += daysIn(year, passed);
  return days + day - 1;
}
