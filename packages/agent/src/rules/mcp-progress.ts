/** What a server says of how far it is, as a line for eyes. */
export function progressLine({
  progress,
  total,
  message,
}: {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}): string {
  const count = total === undefined ? String(progress) : `${progress}/${total}`;
  return `${message ? `${message} (${count})` : count}\n`;
}
