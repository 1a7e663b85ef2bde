import { check, type FuzzTarget } from './target.ts';

/** Goes wrong behind four doors, each of which opens for one byte: chance alone takes billions of tries, step by step a few thousand do. */
export const lockedDoor: FuzzTarget = {
  name: 'locked door',
  words: [],
  seeds: async () => [Uint8Array.of(0, 0, 0, 0, 0, 0)],
  show: (input) => String(input),
  run(input) {
    if (input[0] === 0x5a) {
      if (input[1] === 0x31) {
        if (input[2] === 0xc4) {
          check(input[3] !== 0x77, () => 'all doors are open');
        }
      }
    }
  },
};
