import type { Target } from '../target.ts';
import { FAMILIES, type FamilyRow } from './families.data.ts';
import { withoutImages, type Wants } from './wants.ts';

const fits = (row: FamilyRow, { protocol, model, vendor }: Pick<Target, 'protocol' | 'model' | 'vendor'>): boolean =>
  (row.protocol === undefined || row.protocol.includes(protocol)) &&
  (row.vendor === undefined || (vendor !== undefined && row.vendor.includes(vendor))) &&
  (row.model === undefined || row.model.test(model));

const known = new Map<string, Wants>();

/** The rows that fit, the later one winning; what is said of the target itself wins over all. */
export function wantsOf(target: Pick<Target, 'protocol' | 'model' | 'vendor' | 'images'>): Wants {
  const key = `${target.protocol}\n${target.vendor ?? ''}\n${target.images === false}\n${target.model}`;
  const found = known.get(key);
  if (found) return found;
  const wants = Object.assign({}, ...FAMILIES.filter((row) => fits(row, target)).map(({ wants: some }) => some)) as Wants;
  const made = target.images === false ? withoutImages(wants) : wants;
  if (known.size > LIMIT) known.clear();
  known.set(key, made);
  return made;
}

/** Far more targets than a process has. */
const LIMIT = 1000;
