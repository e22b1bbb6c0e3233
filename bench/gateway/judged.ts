/** What was measured as figures with their targets. Each target holds at 32 clients; the others are there to be read. */
import type { Figure } from '../figure.ts';
import { BARE, HAND, OURS, PORTKEY_NAME } from './subjects.ts';
import type { Left, Passage } from './streams.ts';
import type { Cost, Row } from './windows.ts';

const JUDGED_AT = 32;
const atMost = (value: number) => ({ value, sense: 'at most' }) as const;
const atLeast = (value: number) => ({ value, sense: 'at least' }) as const;

/** By scenario: at most so many times the yardstick's CPU, and at least so many times Portkey's requests for the same CPU. */
const TARGETS: Readonly<Record<string, { readonly of: string; readonly most: number; readonly portkey?: number }>> = {
  'short JSON call': { of: BARE, most: 1.3, portkey: 8 },
  '200 chunks as they come': { of: BARE, most: 1.2 },
  '200 chunks at once': { of: BARE, most: 1.5 },
  'a 105 kB body': { of: BARE, most: 1.5 },
  'failover before content': { of: HAND, most: 1.4, portkey: 10 },
};

const us = (cost: Cost, name: string) => `${name}: ${Math.round(cost.cpu)} µs, ${Math.round(cost.perSecond)}/s`;

export function costFigures({ scenario, concurrency, costs }: Row): readonly Figure[] {
  const [ours, target] = [costs[OURS], TARGETS[scenario.name]];
  if (!ours || !target) return [];
  const what = `CPU of one ${scenario.name}, ${concurrency} at a time`;
  const judged = concurrency === JUDGED_AT;
  const figures: Figure[] = [];
  const yardstick = costs[target.of];
  if (yardstick)
    figures.push({
      what: `${what}, of the ${target.of}'s`,
      value: ours.cpu / yardstick.cpu,
      unit: '×',
      beside: `${us(ours, 'here')}; ${us(yardstick, 'there')}`,
      ...(judged && { target: atMost(target.most) }),
    });
  const portkey = costs[PORTKEY_NAME];
  if (portkey)
    figures.push({
      what: `Portkey's CPU of one ${scenario.name}, ${concurrency} at a time, of ours`,
      value: portkey.cpu / ours.cpu,
      unit: '×',
      beside: us(portkey, 'there'),
      ...(judged && target.portkey !== undefined && { target: atLeast(target.portkey) }),
    });
  if (scenario.target === 'failover')
    figures.push({
      what: `… of these, met the target that fails`,
      value: ours.met * 100,
      unit: '%',
      ...(judged && { target: atLeast(99) }),
    });
  return figures;
}

/** Each way between the protocols beside the passthrough of the client's own. */
export function translationFigures(rows: readonly Row[]): readonly Figure[] {
  return rows.flatMap(({ scenario, concurrency, costs }) => {
    const plain = rows.find(
      (row) => row.scenario.model === scenario.model && row.scenario.wire === scenario.wire && row.scenario.target === row.scenario.wire,
    );
    const [ours, passed] = [costs[OURS], plain?.costs[OURS]];
    if (!ours || !passed || scenario.wire === scenario.target) return [];
    return [
      {
        what: `CPU of ${scenario.name}, ${concurrency} at a time, of the passthrough's`,
        value: ours.cpu / passed.cpu,
        unit: '×',
        beside: `${us(ours, 'here')}; ${us(passed, 'passthrough')}`,
        target: atMost(2.5),
      },
    ];
  });
}

const ms = (value: number) => `${value.toFixed(2)} ms`;

export function passageFigures(passed: Readonly<Record<string, Passage>>, upstream: string): readonly Figure[] {
  const [ours, bare, direct, portkey] = [passed[OURS], passed[BARE], passed[upstream]!, passed[PORTKEY_NAME]];
  if (!ours || !bare) return [];
  const later = (one: Passage) => one.begins - direct.begins;
  return [
    {
      what: 'first text of a stream, later than asking the upstream itself',
      value: later(ours),
      unit: 'ms',
      beside: `the pipe ${ms(later(bare))}${portkey ? `, Portkey ${ms(later(portkey))}` : ''}`,
      target: atMost(1),
    },
    {
      what: 'a chunk on its way, the middle one, of the pipe’s',
      value: ours.middle / bare.middle,
      unit: '×',
      beside: `here ${ms(ours.middle)}, the pipe ${ms(bare.middle)}, without any ${ms(direct.middle)}`,
      target: atMost(1.2),
    },
  ];
}

export const idleFigure = (bytes: Readonly<Record<string, number>>): readonly Figure[] =>
  Object.entries(bytes).map(([name, one]) => ({
    what: `memory of an idle stream, one of 1,000: ${name}`,
    value: one / 1000,
    unit: 'kB',
    ...(name === OURS && { target: atMost(40) }),
  }));

export const hangUpFigure = (left: Readonly<Record<string, Left>>, of: number): readonly Figure[] =>
  Object.entries(left).map(([name, one]) => ({
    what: `of ${of} clients that hang up, upstream requests given up within 200 ms: ${name}`,
    value: one.within,
    unit: '',
    beside: one.within > 0 ? `the last after ${one.last.toFixed(0)} ms` : '',
    ...(name === OURS && { target: atLeast(of) }),
  }));
