import type { Random } from './random.ts';

/** The ways to break a record, each met in real folders: a writer that died, a changed producer, a stray log line. */
const MISTAKES: readonly ((text: string, random: Random) => string)[] = [
  function truncated(text, random) {
    return text.slice(0, random.integer(1, text.length - 1));
  },
  function wrongType(text) {
    return text.replace(/"Clicks": \d+/, '"Clicks": "many"');
  },
  function fraction(text) {
    return text.replace(/"Quantity": (\d+)/, '"Quantity": $1.5');
  },
  function missingField(text) {
    return text.replace(/, "Datetime": "[^"]*"/, '');
  },
  function missingObject(text) {
    return text.replace(/, "Sales": \{[^}]*\}/, '');
  },
  function badTime(text) {
    return text.replace(/"Datetime": "(\d{4})-\d\d-\d\d/, '"Datetime": "$1-13-45');
  },
  function strayText() {
    return 'connection reset by peer';
  },
];

/** A click event's text, broken in one of several ways. Never holds a line break, so that the next record survives. */
export function corruptClick(text: string, random: Random): string {
  const mistake = MISTAKES[random.integer(0, MISTAKES.length - 1)] as (typeof MISTAKES)[number];
  return mistake(text, random);
}
