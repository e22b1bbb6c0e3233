import type { Clock } from '@holdfast/core';
import type { Handle } from '../drive.ts';
import type { Redact } from '../ports.ts';
import { questionOf } from '../rules/loop-inbox.ts';
import type { Scope } from '../scope.ts';

export const inboxHandler =
  ({ items, below, isOpen }: Scope, clock: Clock, redact: Redact): Handle<'inbox'> =>
  async () => {
    const all = redact(await items());
    const late = all.filter((item) => item.kind === 'answer' && !isOpen(questionOf(item) ?? ''));
    return { items: all, now: clock.now(), below: below(), ...(late.length > 0 && { late }) };
  };
