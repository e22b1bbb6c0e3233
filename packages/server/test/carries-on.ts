import { continuationOf, secondTarget, type Facts, type LabAnswer } from '@holdfast/lab';

/** The script, and what a good model makes of its answers when it is asked to go on where one was cut. */
export function carriesOn(script: (facts: Facts) => LabAnswer): (facts: Facts) => LabAnswer {
  return (facts) => {
    const asked = continuationOf(facts.turns);
    if (!asked) return script(facts);
    const turns = facts.turns.slice(0, asked.anchor === undefined ? -1 : -2);
    const { text = '', ...more } = script({ ...facts, turns });
    return secondTarget(text, 'repeats-anchor', more)(facts);
  };
}
