import { describe, expect, it } from 'vitest';
import { systemClock } from '@holdfast/core/engine';
import { Inbox } from './inbox.ts';
import type { SessionStore } from './ports.ts';
import type { InboxItem } from './rules/world.ts';

const itemOf = (id: string): InboxItem => ({ id, kind: 'steer', text: id });

/** An inbox over a table that answers each read when it is told to, and with what. */
function opened() {
  const reads: ((items: readonly InboxItem[]) => void)[] = [];
  const inbox = () => new Promise<readonly InboxItem[]>((resolve) => reads.push(resolve));
  const store = { version: () => 1, inbox } as unknown as SessionStore;
  return { inbox: new Inbox(store, 's', systemClock), reads };
}

describe('what waits for a session', () => {
  it('I2: what is consumed while the table is read does not come back', async () => {
    const { inbox, reads } = opened();
    const pulled = inbox.pull();
    inbox.consumed([{ type: 'input', text: 'a', item: 'a' }]);
    reads[0]!([itemOf('a'), itemOf('b')]);
    expect(await pulled).toEqual([itemOf('b')]);
    expect(await inbox.pull()).toEqual([itemOf('b')]);
  });

  it('I1: a read that is overtaken does not hide what a later one saw', async () => {
    const { inbox, reads } = opened();
    const first = inbox.pull();
    inbox.stir();
    const second = inbox.pull();
    reads[1]!([itemOf('a'), itemOf('b')]);
    await second;
    reads[0]!([itemOf('a')]);
    await first;
    expect(await inbox.pull()).toEqual([itemOf('a'), itemOf('b')]);
  });

  it('I1: a read that fails is made again', async () => {
    let fails = true;
    const inbox = async () => {
      if (fails) throw new Error('locked');
      return [itemOf('a')];
    };
    const own = new Inbox({ version: () => 1, inbox } as unknown as SessionStore, 's', systemClock);
    await expect(own.pull()).rejects.toThrow('locked');
    fails = false;
    expect(await own.pull()).toEqual([itemOf('a')]);
  });
});
