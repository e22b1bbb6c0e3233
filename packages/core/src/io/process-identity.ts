import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { uptime } from 'node:os';

/**
 * Who holds a lease or a lock, across processes and restarts: pid, start time, boot id and pid namespace, as
 * `pid:start:boot:space`. A pid alone is reused; a namespace other than ours hides whether its processes live.
 */
export interface ProcessIdentity {
  readonly owner: string;
  /** False only when the owner is known to be gone. */
  alive(owner: string): boolean;
}

let known: ProcessIdentity | undefined;

/** Of this process. Learned at the first call. */
export function processIdentity(): ProcessIdentity {
  if (known) return known;
  const boot = bootId();
  const space = pidSpace();
  const owner = [process.pid, startOf(process.pid) ?? '', boot, space].join(':');
  known = { owner, alive: (other) => other === owner || lives(other, boot, space) };
  return known;
}

function lives(owner: string, ourBoot: string, ourSpace: string): boolean {
  const [pidText = '', start, boot = '', space] = owner.split(':');
  const pid = Number(pidText);
  // An owner we cannot read belongs to some other version: its lease runs out by itself.
  if (!Number.isInteger(pid) || pid <= 0 || start === undefined || space === undefined) return true;
  if (!sameBoot(boot, ourBoot)) return false;
  if (space !== ourSpace) return true;
  if (!exists(pid)) return false;
  const now = startOf(pid);
  return now === undefined ? process.platform !== 'linux' : start === '' || now === start;
}

/** Signal 0 only asks. EPERM: it lives and is somebody else's. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}

/** Something that two processes with one pid do not share; undefined when it is gone, or when this system does not tell. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
    // The name stands in parentheses and may hold anything: fields are counted after the last one. Then: 3 state … 22 start.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19];
  }
  if (process.platform === 'win32') return undefined;
  const started = attempt(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  return started?.trim().replace(/\W+/g, '-') || undefined;
}

function bootId(): string {
  if (process.platform === 'linux') {
    const id = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    if (id) return id;
  }
  if (process.platform === 'darwin') {
    const id = attempt(() =>
      execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    if (id) return id.trim();
  }
  return `at-${Math.round(Date.now() / 1000 - uptime())}`;
}

/** Seconds by which two readings of one boot's time may differ. */
const BOOT_DRIFT = 120;

function sameBoot(one: string, other: string): boolean {
  if (!one.startsWith('at-') || !other.startsWith('at-')) return one === other;
  return Math.abs(Number(one.slice(3)) - Number(other.slice(3))) <= BOOT_DRIFT;
}

const pidSpace = (): string => attempt(() => readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')) ?? '';

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
