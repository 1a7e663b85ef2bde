import { describe, expect, test } from '@jest/globals';
import { type TriggerLike, triggerOf } from '../../src/pipeline/trigger.ts';

const checked = (trigger: unknown) => triggerOf(trigger as TriggerLike);

describe('a trigger', () => {
  test.each([
    [{ processingTime: '10 seconds' }, { kind: 'processingTime', intervalMs: 10_000 }],
    [{ processingTime: '0 seconds' }, { kind: 'default' }],
    [{ continuous: '1 millisecond' }, { kind: 'continuous', intervalMs: 1 }],
    [{ availableNow: true }, { kind: 'availableNow' }],
    [{ once: true, availableNow: undefined }, { kind: 'once' }],
  ])('%j', (trigger, expected) => expect(checked(trigger)).toEqual(expected));

  test.each([
    [{ continuous: '0 seconds' }, 'continuous "0 seconds" is too short'],
    [{ continuous: '999 microseconds' }, 'continuous "999 microseconds" is too short'],
    [{ continuous: '-1 second' }, 'continuous "-1 second" is no duration'],
    [{ processingTime: '-1 second' }, 'processingTime "-1 second" is no duration'],
    [{ processingTime: '1 month' }, 'processingTime "1 month" is no duration'],
    [{ processingTime: 10 }, 'processingTime 10 is no duration'],
    [{ availableNow: false }, 'availableNow is true, or it is left out'],
    [{ availableNow: true, processingTime: '1s' }, 'Give exactly one of'],
    [{ availabelNow: true }, 'found {"availabelNow":true}. Give exactly one of'],
    [{}, 'found {}. Give exactly one of'],
    ['10 seconds', 'found "10 seconds". Give exactly one of'],
    [null, 'found null. Give exactly one of'],
  ])('%j is refused', (trigger, message) => {
    expect(() => checked(trigger)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(message) }),
    );
  });
});
