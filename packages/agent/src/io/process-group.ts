import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Clock } from '@holdfast/core';
import type { ProcessStamp } from '../rules/events.ts';

/**
 * Process groups, found again after a crash and never mistaken for another.
 *
 * K1. A group is alive only if a member that is no zombie carries its number, in the boot and pid namespace of the stamp.
 * K2. A leader with another start time means the number was given away: not ours. Without a leader every member must be younger than the stamp.
 * K3. Killing asks first (SIGTERM), then does not ask; it answers whether anything lived.
 */
interface Member {
  readonly pid: number;
  readonly group: number;
  readonly zombie: boolean;
  readonly started: string;
}

/** Ms a group has to end before it is killed for good, and between two looks at it. */
const GRACE = 200;
const LOOK = 5;
/** Looks after SIGKILL: what the kernel holds in an uninterruptible wait cannot be waited for. */
const LAST_LOOKS = 100;
/** Looks after SIGKILL while somebody waits for a stop: the kernel ends a process when it gets to it. */
const KILLED_LOOKS = 8;

/** Stamp of a process that leads its own group. Undefined: it is gone already. */
export function stampOf(pid: number): ProcessStamp | undefined {
  const member = process.platform === 'linux' ? linuxMember(pid) : psMembers().find((one) => one.pid === pid);
  return member && { pid, group: member.group, started: member.started, boot: bootId() };
}

export function groupAlive(stamp: ProcessStamp): boolean {
  // 0 and 1 would be our own group and everybody.
  if (stamp.boot !== bootId() || stamp.group <= 1) return false;
  const members = (process.platform === 'linux' ? linuxMembers() : psMembers()).filter((member) => member.group === stamp.group);
  const leader = members.find((member) => member.pid === stamp.pid);
  if (leader && leader.started !== stamp.started) return false;
  if (!leader && members.some((member) => older(member.started, stamp.started))) return false;
  return members.some((member) => !member.zombie);
}

/** Only where start times are numbers can they be compared; elsewhere a group without its leader is let be. */
const older = (started: string, than: string): boolean => !(Number(started) >= Number(than));

/** True when the group lived. */
export async function killGroup(stamp: ProcessStamp, clock: Clock, grace = GRACE): Promise<boolean> {
  if (!groupAlive(stamp)) return false;
  signalGroup(stamp.group, 'SIGTERM');
  for (let looks = Math.ceil(grace / LOOK); looks > 0 && groupAlive(stamp); looks--) await pause(clock, LOOK);
  if (groupAlive(stamp)) signalGroup(stamp.group, 'SIGKILL');
  for (let looks = LAST_LOOKS; looks > 0 && groupAlive(stamp); looks--) await pause(clock, LOOK);
  return true;
}

const pause = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

/** Ends what is left of a group whose leader was a child of ours, just reaped. True when there was something. */
export async function endGroup(group: number, clock: Clock, grace: number): Promise<boolean> {
  if (!hasMembers(group)) return false;
  signalGroup(group, 'SIGTERM');
  for (let looks = Math.ceil(grace / LOOK); looks > 0 && hasMembers(group); looks--) await pause(clock, LOOK);
  signalGroup(group, 'SIGKILL');
  for (let looks = KILLED_LOOKS; looks > 0 && hasMembers(group); looks--) await pause(clock, LOOK);
  return true;
}

function hasMembers(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  return process.platform !== 'linux' || linuxMembers().some((member) => member.group === group && !member.zombie);
}

/** False: there is no such group, or none of it is ours. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  if (group <= 1) return false;
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

const linuxMembers = (): readonly Member[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => linuxMember(Number(name)) ?? []);

function linuxMember(pid: number): Member | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  // The name stands in parentheses and may hold anything: fields are counted behind the last one. Then: 3 state, 5 group, 22 start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid, group: Number(fields[2]), zombie: fields[0] === 'Z' || fields[0] === 'X', started: fields[19] ?? '' };
}

function psMembers(): readonly Member[] {
  const table = attempt(() =>
    execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat=,lstart='], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }),
  );
  return (table ?? '').split('\n').flatMap((line) => {
    const [, pid, group, state, started] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)/.exec(line) ?? [];
    return started === undefined ? [] : [{ pid: Number(pid), group: Number(group), zombie: state!.startsWith('Z'), started }];
  });
}

let boot: string | undefined;

/** Of this boot and this pid namespace: a pid of another container says nothing here. */
function bootId(): string {
  boot ??=
    process.platform === 'linux'
      ? `${attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? ''}/${attempt(() => readlinkSync('/proc/self/ns/pid')) ?? ''}`
      : (attempt(() => execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim()) ?? 'unknown');
  return boot;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
