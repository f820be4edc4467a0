/** 2026-09-01 02:15:00 +02:00: an instant in the machine's time zone, for people only. */
export function formatLocalTime(at: Date): string {
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return `${date} ${time} ${formatOffset(-at.getTimezoneOffset())}`;
}

function formatOffset(minutesEast: number): string {
  const minutes = Math.abs(minutesEast);
  return `${minutesEast < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
