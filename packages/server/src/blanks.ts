import type { Clock } from '@holdfast/core';
import type { ServerResponse } from 'node:http';

export interface BlanksPorts {
  readonly clock: Pick<Clock, 'after'>;
  readonly settings: () => { readonly headAfter: number; readonly keepAlive: number };
}

/** White space before a JSON answer, for a proxy that cuts what is silent: where the file asks for it, since it fixes the status (note 7). */
export class Blanks {
  #letGo: () => void;

  constructor(res: ServerResponse, { clock, settings }: BlanksPorts, head: () => Readonly<Record<string, string>>) {
    const ring = (): void => {
      if (!res.headersSent) res.writeHead(200, head());
      res.write(' ');
      this.#letGo = clock.after(settings().keepAlive, ring);
    };
    this.#letGo = clock.after(settings().headAfter, ring);
  }

  end(): void {
    this.#letGo();
  }
}
