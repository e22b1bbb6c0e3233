const two = (n: number): string => String(n).padStart(2, '0');

/** A moment in local time: `14:05:09` today, else `2026-11-21 14:05`. */
export function wallTime(at: number, now = Date.now()): string {
  const then = new Date(at);
  const day = `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  return new Date(now).toDateString() === then.toDateString() ? `${time}:${two(then.getSeconds())}` : `${day} ${time}`;
}
